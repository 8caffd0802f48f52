import { describe, expect, test } from 'vitest'
import { readTime, type TimeForm } from './read-time.ts'

const accepted: readonly [TimeForm, string, string][] = [
  ['utc', '2027-01-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
  ['utc', '2028-02-29T23:59:59.1Z', '2028-02-29T23:59:59.100Z'],
  ['utc', '2027-01-31T12:00:00.123Z', '2027-01-31T12:00:00.123Z'],
  ['offset', '2027-01-31T12:00:00Z', '2027-01-31T12:00:00.000Z'],
  ['offset', '2027-01-31T00:30+01:00', '2027-01-30T23:30:00.000Z'],
  ['typed', '2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['typed', '2027-01-31T12:00', '2027-01-31T12:00:00.000Z'],
  ['typed', '2027-01-31 12:00:00.123', '2027-01-31T12:00:00.123Z'],
  ['typed', '2027-01-31T12:00-01:00', '2027-01-31T13:00:00.000Z'],
]

test.each(accepted)('%s: %s is %s', (form, text, time) => {
  expect(new Date(readTime(text, form) ?? Number.NaN).toISOString()).toBe(time)
})

test('a typed time without an offset is read in the given time zone', () => {
  expect(readTime('2027-01-31', 'typed', 'local')).toBe(new Date(2027, 0, 31).getTime())
  expect(readTime('2027-01-31T12:00', 'typed', 'local')).toBe(new Date(2027, 0, 31, 12).getTime())
  expect(readTime('2027-01-31T12:00Z', 'typed', 'local')).toBe(Date.UTC(2027, 0, 31, 12))
})

describe.each(['utc', 'offset', 'typed'] as const)('%s', (form) => {
  test.each([
    '',
    'now',
    'constructor',
    '1801396800000',
    '2027-1-31T12:00:00Z',
    '2027-01-31T12:00:00.1234Z',
    '2027-01-31T12:00:00.Z',
    '2027-01-31T12:00:00,5Z',
    '2027-01-31t12:00:00z',
    '2027-01-31T12:00:00ZZ',
    '2027-01-31T12:00:00Z\n',
    ' 2027-01-31T12:00:00Z',
    '+002027-01-31T12:00:00Z',
    '２０２７-01-31T12:00:00Z',
    '2027-01-31T12:00:00 Z',
    '2027-01-31T12:00:00+25:00',
    '2027-01-31T12:00:00+0100',
    '2027-01-31T24:00:00Z',
    '2027-01-31T23:60:00Z',
    '2027-01-31T23:59:60Z',
    '2027-00-31T12:00:00Z',
    '2027-13-31T12:00:00Z',
    '2027-01-00T12:00:00Z',
    '2027-02-29T12:00:00Z',
    '2027-02-30T12:00:00Z',
    '2027-04-31T12:00:00Z',
    `2027-01-31T12:00:00.${'0'.repeat(100_000)}Z`,
  ])('rejects %j', (text) => {
    expect(readTime(text, form)).toBeNull()
  })
})

test.each<[TimeForm, string]>([
  ['utc', '2027-01-31'],
  ['utc', '2027-01-31T12:00Z'],
  ['utc', '2027-01-31T12:00:00'],
  ['utc', '2027-01-31 12:00:00Z'],
  ['utc', '2027-01-31T12:00:00+00:00'],
  ['offset', '2027-01-31'],
  ['offset', '2027-01-31T12:00:00'],
  ['offset', '2027-01-31 12:00:00Z'],
  ['typed', '2027-01'],
  ['typed', '2027-01-31T12'],
])('%s: rejects %j, which has another form', (form, text) => {
  expect(readTime(text, form)).toBeNull()
})
