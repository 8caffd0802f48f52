import { expect, test } from 'vitest'
import { readSince } from './read-since.ts'

const now = Date.parse('2030-01-31T12:00:00Z')

test.each([
  ['30d', '2030-01-01T12:00:00.000Z'],
  ['12h', '2030-01-31T00:00:00.000Z'],
  ['45m', '2030-01-31T11:15:00.000Z'],
  ['2029-12-31T00:00:00Z', '2029-12-31T00:00:00.000Z'],
])('%s starts at %s', (text, time) => {
  expect(new Date(readSince(text, now)).toISOString()).toBe(time)
})

test.each([
  '',
  'yesterday',
  '30',
  '-1d',
  '30 d',
  '999999d',
  '99999d',
  '2031-01-01T00:00:00Z',
  '2029-13-01T00:00:00Z',
  '2029-01-01',
])('%j is rejected', (text) => {
  expect(() => readSince(text, now)).toThrow('`since` is neither a duration nor a past time')
})
