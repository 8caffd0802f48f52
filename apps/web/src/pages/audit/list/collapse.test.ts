import type { AuditEvent } from '@rack-gateway/gateway-api'
import { array, assert, boolean, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { collapse, type Entry, groupId } from './collapse.ts'

function entry(id: string, kind: string, members: Partial<AuditEvent> = {}): Entry {
  return { id, writtenAt: '', event: { v: 1, stream: 's', seq: 1, at: '', id, kind, ...members } as AuditEvent }
}

const intent = entry('i', 'intent', { app: 'web' })
const outcome = entry('o', 'outcome', { app: 'web', of: 'i', status: 200 })
const unknown = entry('u', 'outcome.unknown', { app: 'web', of: 'i' })
const other = entry('x', 'call', { app: 'other' })

const idsOf = (entries: readonly Entry[], followed: readonly string[] = []) =>
  collapse(entries, new Set(), new Set(followed)).map(({ id, entry: shown }) => [id, shown.id])

test('the intent and the outcome of a change are one row with the outcome, which opens to both', () => {
  const entries = [outcome, other, intent]
  const [row, ...others] = collapse(entries, new Set())
  expect([row?.entry.id, others.map((one) => one.entry.id)]).toEqual(['o', ['x']])
  const expanded = collapse(entries, new Set(row ? [groupId(row)] : []))
  expect(expanded.map((one) => [one.entry.id, one.isRepeat])).toEqual([
    ['o', false],
    ['o', true],
    ['i', true],
    ['x', false],
  ])
  expect(new Set(expanded.map(({ id }) => id)).size).toBe(4)
})

test('an intent of an older page joins the row of its outcome, which stays in place', () => {
  expect(idsOf([outcome, other])).toEqual([
    ['i', 'o'],
    ['x', 'x'],
  ])
  expect(idsOf([outcome, other, intent])).toEqual([
    ['i', 'o'],
    ['x', 'x'],
  ])
})

test('an outcome of the live tail joins the row of its intent, which stays in place', () => {
  expect(idsOf([other, intent])).toEqual([
    ['x', 'x'],
    ['i', 'i'],
  ])
  expect(idsOf([outcome, other, intent], ['o'])).toEqual([
    ['x', 'x'],
    ['i', 'o'],
  ])
})

test('a known outcome takes precedence over an unknown one', () => {
  expect(idsOf([unknown, outcome, intent])).toEqual([['i', 'o']])
  expect(idsOf([unknown, intent])).toEqual([['i', 'u']])
})

test('changes that look the same are one row, and each event is in it once', () => {
  const changes = ['1', '2', '3'].flatMap((n) => [
    entry(`o${n}`, 'outcome', { app: 'web', of: `i${n}`, status: 200 }),
    entry(`i${n}`, 'intent', { app: 'web' }),
  ])
  const [row, ...others] = collapse(changes, new Set())
  expect([row?.calls.length, others.length]).toEqual([3, 0])
  const parts = collapse(changes, new Set(row ? [groupId(row)] : [])).slice(1)
  expect(parts.map((part) => part.entry.id)).toEqual(['o1', 'i1', 'o2', 'i2', 'o3', 'i3'])
})

test('each event is in one row, whatever the order and the live tail are', () => {
  assert(
    property(array(integer({ min: 0, max: 9 }), { maxLength: 20 }), boolean(), (numbers, isFollowed) => {
      const ids = [...new Set(numbers)]
      const entries = ids.map((n) =>
        n < 5 ? entry(`i${n}`, 'intent', { app: `${n}` }) : entry(`o${n - 5}`, 'outcome', { of: `i${n - 5}` }),
      )
      const followed = new Set(isFollowed ? entries.map(({ id }) => id) : [])
      const rows = collapse(entries, new Set(), followed)
      const shown = rows.flatMap(({ calls }) => calls.flatMap(({ events }) => events.map(({ id }) => id)))
      expect(shown.sort()).toEqual(entries.map(({ id }) => id).sort())
    }),
  )
})
