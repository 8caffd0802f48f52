import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBytes, encodeBytes, encodeNumber } from './base62.ts'

const width = 57
const length = 42
const bytes = fc.uint8Array({ minLength: length, maxLength: length })

test('encoded bytes are decoded unchanged', () => {
  fc.assert(
    fc.property(bytes, (some) => {
      expect(decodeBytes(encodeBytes(some, width), length)).toEqual(Buffer.from(some))
    }),
  )
})

test('the order of the texts is the order of the bytes, as for any fixed-width number', () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const [a, b] = [encodeBytes(one, width), encodeBytes(other, width)]
      expect(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))).toBe(Math.sign(Buffer.compare(one, other)))
    }),
  )
})

test('every text is either rejected, or the only encoding of its bytes', () => {
  const digit = fc.constantFrom(...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz')
  fc.assert(
    fc.property(fc.array(digit, { minLength: width, maxLength: width }), (digits) => {
      const text = digits.join('')
      const decoded = decodeBytes(text, length)
      if (decoded) expect(encodeBytes(decoded, width)).toBe(text)
    }),
  )
})

test('the largest number fits and the one after it does not', () => {
  const largest = encodeBytes(Buffer.alloc(length, 0xff), width)
  const after = largest.slice(0, -1) + encodeNumber(alphabetIndex(largest.slice(-1)) + 1, 1)
  expect(decodeBytes(largest, length)).toEqual(Buffer.alloc(length, 0xff))
  expect(decodeBytes(after, length)).toBeNull()
  expect(decodeBytes('z'.repeat(width), length)).toBeNull()
})

test.each([' ', '_', '-', '+', '\0', '\n', 'é', '€', '０', '/', ':', '@', '[', '`', '{'])(
  '%j is not a digit',
  (character) => {
    expect(decodeBytes(character + '0'.repeat(width - 1), length)).toBeNull()
    expect(decodeBytes('0'.repeat(width - 1) + character, length)).toBeNull()
  },
)

test('small numbers are padded, and the digits run 0-9, A-Z, a-z', () => {
  expect(encodeNumber(0, 6)).toBe('000000')
  expect(encodeNumber(61, 2)).toBe('0z')
  expect(encodeNumber(62, 2)).toBe('10')
  expect(encodeNumber(2 ** 32 - 1, 6)).toBe('4gfFC3')
})

function alphabetIndex(digit: string): number {
  return '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.indexOf(digit)
}
