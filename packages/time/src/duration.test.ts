import { expect, test } from 'vitest'
import { durationProblem, readDuration } from './duration.ts'

test.each([
  ['45s', 45_000],
  ['90m', 5_400_000],
  ['24h', 86_400_000],
  ['30d', 2_592_000_000],
  ['0s', 0],
])('%s is read', (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds)
})

test.each(['', '30', 'd', '1.5h', '-1d', '01d', '1 d', '1w', '1D', '1d1h', '9999999d', 'constructor', '1toString'])(
  '%j is not a duration',
  (text) => {
    expect(readDuration(text)).toBeNull()
  },
)

test('a duration out of range is invalid, and its bounds are valid', () => {
  const problemOf = durationProblem('1h', '2d')
  expect(['1h', '48h', '2d'].map(problemOf)).toEqual([null, null, null])
  expect(['59m', '49h'].map(problemOf)).toEqual(['is not in range', 'is not in range'])
  expect(problemOf('soon')).toBe('is not a duration')
  expect(['3600', '0', '99999999'].map(problemOf)).toEqual(
    Array.from({ length: 3 }, () => 'has no unit: put s, m, h, or d after the number'),
  )
})
