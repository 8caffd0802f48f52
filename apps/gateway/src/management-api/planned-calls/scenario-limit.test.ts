import { expect, test } from 'vitest'
import { createScenarioLimit } from './scenario-limit.ts'

test('the first call can have more scenarios than the limit', () => {
  const limited = createScenarioLimit(2)
  expect([...limited([1, 2, 3])]).toEqual([1, 2, 3])
})

test('the calls of a request share the limit', () => {
  const limited = createScenarioLimit(4)
  expect([...limited([1, 2]), ...limited([3, 4])]).toEqual([1, 2, 3, 4])
  expect(() => [...limited([5])]).toThrow('Send fewer planned calls in one request.')
})

test('scenarios that nobody takes do not count', () => {
  const limited = createScenarioLimit(2)
  for (const scenario of limited([1, 2, 3])) if (scenario === 1) break
  expect([...limited([4])]).toEqual([4])
})
