import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CastText } from './cast-text.ts'

function writeJsonString(bytes: Buffer): string {
  const text = new CastText()
  text.addString(bytes)
  return text.drain((all) => all.toString('utf8'))
}

test('every character that JSON escapes is escaped, at any position', () => {
  for (const code of [...Array(0x20).keys(), 0x22, 0x5c, 0x7f, 0x21, 0x5d])
    for (let before = 0; before < 10; before++)
      for (let after = 0; after < 10; after++) {
        const value = `${'a'.repeat(before)}${String.fromCharCode(code)}${'~'.repeat(after)}`
        expect(writeJsonString(Buffer.from(value))).toBe(JSON.stringify(value))
      }
})

test('JSON.parse returns the text that was added', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(9), (value, offset) => {
      const whole = value.toWellFormed()
      // The text is a view into a larger buffer, as pieces from a socket are.
      const bytes = Buffer.concat([Buffer.alloc(offset, '"'), Buffer.from(whole), Buffer.from('"')])
      const text = writeJsonString(bytes.subarray(offset, bytes.length - 1))
      expect(JSON.parse(text)).toBe(whole)
    }),
  )
})
