import { assert, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { base64Of, bytesOfBase64, bytesOfHex, hexOf } from './bytes.ts'

test('hex and base64 are those of Node, and are read back', () => {
  assert(
    property(uint8Array({ maxLength: 70 }), (bytes) => {
      const buffer = Buffer.from(bytes)
      expect(hexOf(bytes)).toBe(buffer.toString('hex'))
      expect(base64Of(bytes)).toBe(buffer.toString('base64'))
      expect(bytesOfHex(hexOf(bytes))).toEqual(Uint8Array.from(bytes))
      expect(bytesOfBase64(base64Of(bytes))).toEqual(Uint8Array.from(bytes))
    }),
  )
})

test.each(['a', 'AB', 'zz', '0x', ' 00', '00\n'])('%j is not hex in lower case', (text) => {
  expect(bytesOfHex(text)).toBeNull()
})

test.each(['a', 'aa', 'AA=', 'AB==', 'AA==\n', ' AA==', 'AA-_', 'AA==AA=='])('%j is not canonical base64', (text) => {
  expect(bytesOfBase64(text)).toBeNull()
})
