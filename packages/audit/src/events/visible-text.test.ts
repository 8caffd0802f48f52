import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutText, unescapeVisibleText, visibleText } from './visible-text.ts'

/** Arbitrary UTF-16 units, including lone surrogates, controls, and typed escapes. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom('\\', '\\u', '\\u0000', '\\u005c', '00', '😀', '\u0000'),
    ),
  )
  .map((parts) => parts.join(''))

test('unescapeVisibleText restores any text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(unescapeVisibleText(visibleText(text))).toBe(text)
    }),
  )
})

test('the result has no character that a terminal, a page, or PostgreSQL interprets', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(visibleText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/u)
    }),
  )
})

test.each([
  ['plain text stays', 'rails c', 'rails c'],
  ['a backslash stays readable', String.raw`grep '\d+' C:\users`, String.raw`grep '\d+' C:\users`],
  ['NUL', 'a\0b', String.raw`a\u0000b`],
  ['an escape sequence for the terminal', '\x1b]52;c;x\x07', String.raw`\u001b]52;c;x\u0007`],
  ['a line break', 'a\r\nb', String.raw`a\u000d\u000ab`],
  ['an override of the direction', 'a\u202eb', String.raw`a\u202eb`],
  ['half a surrogate pair', 'a\ud83d', String.raw`a\ud83d`],
  ['a typed escape', String.raw`a\u0000b`, String.raw`a\u005cu0000b`],
  ['a whole emoji and umlauts stay', 'ä😀', 'ä😀'],
  [
    'bytes that were no UTF-8, read as latin1',
    Buffer.from([0xff, 0xfe, 0x41, 0x80]).toString('latin1'),
    String.raw`ÿþA\u0080`,
  ],
])('%s', (_, hostile, visible) => {
  expect(visibleText(hostile)).toBe(visible)
})

test('a cut splits neither a character nor an escape, and stays within the limit', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 40 }), (text, limit) => {
      const visible = visibleText(text)
      const cut = cutText(visible, limit)
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit)
      expect(visible.startsWith(cut)).toBe(true)
      expect(text.startsWith(unescapeVisibleText(cut))).toBe(true)
    }),
  )
})

test('text at the limit is not cut, and one byte more is cut before its last character', () => {
  expect(cutText('ab€', 5)).toBe('ab€')
  expect(cutText('ab€', 4)).toBe('ab')
  expect(cutText('a😀', 4)).toBe('a')
  expect(cutText(String.raw`a\u0000`, 6)).toBe('a')
})
