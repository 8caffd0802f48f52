import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearest } from './nearest.ts'

test.each([
  ['stagng', 'staging'],
  ['satging', 'staging'],
  ['STAGING', 'staging'],
  ['producton', 'production'],
  ['stagingg', 'staging'],
])('%s is nearest to %s', (word, meant) => {
  expect(nearest(word, ['production', 'staging', 'eu'])).toBe(meant)
})

test.each(['x', 'development', ''])('no name is near to "%s"', (word) => {
  expect(nearest(word, ['production', 'staging'])).toBeNull()
})

test('the nearest of several names is returned, and the first of equals', () => {
  expect(nearest('web1', ['web22', 'web12', 'web11'])).toBe('web12')
})

test('the distance is a distance', () => {
  const word = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, a)).toBe(0)
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
    }),
  )
})

test('a swap of neighbors is one edit', () => {
  expect(editDistance('ab', 'ba')).toBe(1)
  expect(editDistance('kitten', 'sitting')).toBe(3)
})
