import { array, assert as check, double, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { percentile, spread } from './statistics.ts'

const figure = double({ noNaN: true, min: 0, max: 1e9 })

test('the median of an even number of rounds is between the two in the middle', () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 })
})

test('one round is its own median', () => {
  expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 })
})

test('numbers are put in order as numbers, not as text', () => {
  expect(spread([100, 20, 3])).toEqual({ median: 20, min: 3, max: 100 })
})

test('a percentile lies among the values and never falls as the percentage rises', () => {
  const values = array(figure, { minLength: 1, maxLength: 50 })
  check(
    property(values, integer({ min: 0, max: 99 }), (figures, percent) => {
      const sorted = Float64Array.from(figures).sort()
      const low = percentile(sorted, percent)
      expect(low).toBeGreaterThanOrEqual(Math.min(...figures))
      expect(percentile(sorted, percent + 1)).toBeGreaterThanOrEqual(low)
      expect(percentile(sorted, 100)).toBe(Math.max(...figures))
    }),
  )
})

test('an empty list has no percentile', () => {
  expect(() => percentile(new Float64Array(), 50)).toThrow('percentile of nothing')
})
