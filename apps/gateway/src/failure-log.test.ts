import { expect, test } from 'vitest'
import { createFailureLog } from './failure-log.ts'

test('a kind of failure is said once in ten seconds, with how often it happened', () => {
  let time = 0
  const dueCount = createFailureLog(() => time)
  expect(dueCount('a')).toBe(1)
  for (let count = 0; count < 99; count++) expect(dueCount('a')).toBeNull()
  expect(dueCount('b')).toBe(1)
  time = 9_999
  expect(dueCount('a')).toBeNull()
  time = 10_000
  expect(dueCount('a')).toBe(101)
  expect(dueCount('a')).toBeNull()
})

test('kinds are bounded, whatever they are called', () => {
  const dueCount = createFailureLog(() => 0)
  for (let kind = 0; kind < 10_000; kind++) expect(dueCount(`kind ${kind}`)).toBe(1)
})
