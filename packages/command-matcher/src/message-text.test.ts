import { expect, test } from 'vitest'
import { namesInMessage } from './message-text.ts'

const names = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`)

test('a denial names at most 20 of many roles', () => {
  expect(namesInMessage(names(2))).toBe('r0 and r1')
  expect(namesInMessage(names(20))).toMatch(/^r0, r1, .*r18, and r19$/)
  expect(namesInMessage(names(21))).toMatch(/^r0, r1, .*r18, r19, and 1 more$/)
  expect(namesInMessage(names(5_000))).toMatch(/, r19, and 4980 more$/)
})

test('each name is safe for a message', () => {
  expect(namesInMessage(['a%s\n', 'b'])).toBe('a?s? and b')
})
