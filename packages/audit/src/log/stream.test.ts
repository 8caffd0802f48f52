import { expect, test } from 'vitest'
import { encode } from '../events/encode.ts'
import { endOfMonth, monthOf } from '../months/calendar-month.ts'
import { createEventStream } from './stream.ts'
import { uuidv7 } from './uuidv7.ts'

const may = Date.UTC(2026, 4, 31, 23, 59, 59, 999)

test('a clock that goes backwards does not reorder events', () => {
  const stream = createEventStream(may - 1_000)
  const times = [may - 500, may - 900, 0, may - 400].map((at) => stream.seal(encode({ kind: 'call' }), at).position.at)
  expect(times).toEqual([...times].sort())
  expect(times[1]).toBe(times[0])
})

test('a stream accepts its month up to the last millisecond, and earlier times of a slow clock', () => {
  const stream = createEventStream(may)
  expect(stream.isInMonth(may)).toBe(true)
  expect(stream.isInMonth(may + 1)).toBe(false)
  expect(stream.isInMonth(0)).toBe(true)
})

test('months are in UTC', () => {
  expect(new Date(monthOf(may)).toISOString()).toBe('2026-05-01T00:00:00.000Z')
  expect(endOfMonth(Date.UTC(2026, 11, 5))).toBe(Date.UTC(2027, 0, 1) - 1)
  expect(endOfMonth(may)).toBe(may)
})

test('numbers begin at 1 and have no gaps', () => {
  const stream = createEventStream(may)
  expect(stream.seal(encode({ kind: 'stream.opened' }), may).event.seq).toBe(1)
  expect(stream.seal(encode({ kind: 'call' }), may).event.seq).toBe(2)
})

test('a draft cannot set its own position', () => {
  const forged = { kind: 'call' as const, v: 9, stream: 'x', seq: 77, at: 'never', id: 'mine' }
  const { event } = createEventStream(may).seal(encode(forged), may)
  expect(event).toMatchObject({ v: 1, seq: 1, at: new Date(may).toISOString() })
  expect(event.id).not.toBe('mine')
})

test('a UUIDv7 has its time, version, and variant, and is unique', () => {
  const ids = Array.from({ length: 1_000 }, () => uuidv7(may))
  expect(new Set(ids).size).toBe(1_000)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16)).toBe(may)
  expect(uuidv7(may) < uuidv7(may + 1)).toBe(true)
})
