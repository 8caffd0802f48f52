import { expect, test } from 'vitest'
import { createBackOff } from './back-off.ts'

test('delays double up to the maximum, at least half of each is fixed, and a success resets them', () => {
  const longest = createBackOff({ minimum: 100, maximum: 500 }, () => 1)
  expect([longest.next(), longest.next(), longest.next(), longest.next()]).toEqual([100, 200, 400, 500])
  longest.reset()
  expect(longest.next()).toBe(100)
  expect(createBackOff({ minimum: 100, maximum: 500 }, () => 0).next()).toBe(50)
})
