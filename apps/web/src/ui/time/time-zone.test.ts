import { expect, test } from 'vitest'
import { fromFieldTime, toFieldTime } from './time-zone.ts'

const at = '2026-11-28T11:30:05.000Z'

test.each(['local', 'utc'] as const)('a time is the same after it was in a field, %s', (zone) => {
  expect(fromFieldTime(toFieldTime(at, zone), zone)).toBe(at)
  expect([toFieldTime(undefined, zone), fromFieldTime('', zone), fromFieldTime('x', zone)]).toEqual([
    '',
    undefined,
    undefined,
  ])
})

test('a field in UTC has the time in UTC', () => {
  expect(toFieldTime(at, 'utc')).toBe('2026-11-28T11:30:05')
})
