import { expect, test } from 'vitest'
import { createWindowLimit } from './window-limit.ts'

test('beyond the limit a key waits until its window is over, and others don’t', () => {
  const clock = { at: 5 }
  const wait = createWindowLimit(2, () => clock.at)
  expect([wait('a'), wait('a'), wait('a'), wait('b')]).toEqual([0, 0, 60, 0])
  clock.at = 59_006
  expect(wait('a')).toBe(1)
  clock.at = 60_005
  expect([wait('a'), wait('a'), wait('a')]).toEqual([0, 0, 60])
})

test('asking how long a key would wait does not count', () => {
  const clock = { at: 0 }
  const limit = createWindowLimit(2, () => clock.at)
  expect([limit.secondsToWait('a'), limit('a'), limit.secondsToWait('a'), limit('a')]).toEqual([0, 0, 0, 0])
  expect([limit.secondsToWait('a'), limit.secondsToWait('b')]).toEqual([60, 0])
  clock.at = 59_500
  expect([limit.secondsToWait('a'), limit('a')]).toEqual([1, 1])
  clock.at = 60_000
  expect([limit.secondsToWait('a'), limit('a')]).toEqual([0, 0])
})

test('a window has the given length', () => {
  const clock = { at: 0 }
  const wait = createWindowLimit(1, () => clock.at, 600_000)
  expect([wait('a'), wait('a')]).toEqual([0, 600])
  clock.at = 600_000
  expect(wait('a')).toBe(0)
})

test('at most 10,000 keys are counted, and the key that was counted longest ago is forgotten', () => {
  const wait = createWindowLimit(1, () => 0)
  wait('first')
  for (let count = 0; count < 9_999; count++) wait(`a${count}`)
  expect(wait('a0')).toBe(60)
  wait('one more')
  expect(wait('first')).toBe(0)
})
