import { expect, test } from 'vitest'
import { offsetOf } from './text-position.ts'

test('a line and a column give an index, which is never beyond the end of the text', () => {
  const text = 'one\ntwo\n\nfour'
  expect(text.slice(offsetOf(text, 1, 1))).toBe(text)
  expect(text.slice(offsetOf(text, 2, 3))).toBe('o\n\nfour')
  expect(text.slice(offsetOf(text, 4, 1))).toBe('four')
  expect(offsetOf(text, 9, 99)).toBe(text.length)
})
