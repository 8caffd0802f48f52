import { expect, test } from 'vitest'
import { advance } from './advance.ts'

test('the position follows the time at its speed', () => {
  expect(advance(1_000, 100, { speed: 1, pause: null })).toBe(1_100)
  expect(advance(1_000, 100, { speed: 4, pause: null })).toBe(1_400)
  expect(advance(1_000, 100, { speed: 0.5, pause: null })).toBe(1_050)
})

test('a pause is shown for two seconds, and the rest is skipped', () => {
  const pause = { from: 10_000, to: 60_000 }
  expect(advance(11_000, 500, { speed: 1, pause })).toBe(11_500)
  expect(advance(11_900, 100, { speed: 1, pause })).toBe(60_000)
  expect(advance(11_900, 100, { speed: 1, pause: { from: 10_000, to: 12_000 } })).toBe(12_000)
  expect(advance(11_900, 100_000, { speed: 1, pause })).toBe(111_900)
})
