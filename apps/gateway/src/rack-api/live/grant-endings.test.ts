import type { Sql } from 'postgres'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGrantEndings } from './grant-endings.ts'

const twoOClock = Date.UTC(2026, 11, 3, 14)
const grant = { id: 'g1', expiresAt: twoOClock, startsWithUse: false }
let now: number
let errors: unknown[]
let queries: unknown[][]

beforeEach(() => {
  vi.useFakeTimers()
  now = twoOClock - 60_000
  errors = []
  queries = []
})
afterEach(() => {
  vi.useRealTimers()
})

function explain(rows: Promise<object[]>): Promise<string | null> {
  const sql = ((_text: unknown, ...values: unknown[]) => {
    queries.push(values)
    return rows
  }) as unknown as Sql
  return createGrantEndings({ sql, now: () => now, onError: (error) => void errors.push(error) })(grant)
}
const row = (state: string, until: number, name: string | null = null, note: string | null = null) =>
  Promise.resolve([{ state, until: new Date(until), ended_by_name: name, end_note: note }])

test('a grant whose time is over needs no query', async () => {
  now = twoOClock
  expect(await explain(new Promise(() => undefined))).toBe('Your access by the request g1 ended at 14:00 UTC.')
  expect(queries).toEqual([])
})

test('a revoked grant has its user and note', async () => {
  const revoked = row('revoked', now, 'ann@example.com', 'done for today')
  expect(await explain(revoked)).toBe('Your access by the request g1 was revoked by ann@example.com: "done for today".')
  expect(queries).toEqual([['g1']])
})

test('a revoked grant can have no note and no user', async () => {
  expect(await explain(row('revoked', now, 'ann@example.com'))).toBe(
    'Your access by the request g1 was revoked by ann@example.com.',
  )
  expect(await explain(row('revoked', now))).toBe('Your access by the request g1 was revoked.')
})

test('a note cannot control the terminal, look like another sentence, or be a format', async () => {
  const sentence = await explain(row('revoked', now, 'a%s\u001b[2J', 'x". ERROR: 100%\r\n\u001b]0;title\u0007\u202e'))
  expect(sentence).toBe(
    'Your access by the request g1 was revoked by apercents [2J: "x\'. ERROR: 100percent   ]0;title  ".',
  )
})

test.each(['ended', 'active', 'approved'])('a grant in the state %s that ended early has its end', async (state) => {
  expect(await explain(row(state, now - 60_000))).toBe('Your access by the request g1 ended at 13:58 UTC.')
})

test('a grant that lasts is no reason', async () => {
  expect(await explain(row('active', twoOClock))).toBeNull()
  expect(await explain(Promise.resolve([]))).toBeNull()
})

test('a query that hangs or fails gives no reason', async () => {
  const hanging = explain(new Promise(() => undefined))
  await vi.advanceTimersByTimeAsync(500)
  expect(await hanging).toBeNull()
  expect(errors).toEqual([])
  expect(await explain(Promise.reject(new Error('the database is away')))).toBeNull()
  expect(errors).toHaveLength(1)
})
