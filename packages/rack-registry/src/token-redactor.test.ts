import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenRedactor } from './token-redactor.ts'

const token = 'abcabd-secret-token'
const shown = '[rack token]*******'

function through(pieces: readonly string[]): string {
  const redactor = createTokenRedactor(token)
  const buffers = pieces.map((piece) => Buffer.from(piece))
  for (const buffer of buffers) redactor?.redact(buffer)
  return buffers.map((buffer) => buffer.toString()).join('')
}

describe('a token redactor', () => {
  test('redacts a token and keeps the length', () => {
    expect(through([`RACK_URL=https://convox:${token}@api\n`])).toBe(`RACK_URL=https://convox:${shown}@api\n`)
    expect(shown).toHaveLength(token.length)
  })

  test('redacts a token that is split into any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: token.length + 20 }), { maxLength: 6 }), (cuts) => {
        const text = `before ab${token}abc after`
        const at = [...new Set([0, ...cuts, text.length].filter((cut) => cut <= text.length))].sort((a, b) => a - b)
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
        expect(through(pieces)).toBe(`before ab${shown}abc after`)
      }),
    )
  })

  test('leaves other bytes unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', '-') })), (pieces) => {
        expect(through(pieces)).toBe(pieces.join(''))
      }),
    )
  })

  test('returns the possible beginning of a token as slices of the same memory', () => {
    const redactor = createTokenRedactor(token)
    const first = Buffer.from('xxabcab')
    expect(redactor?.redact(first).map(String)).toEqual(['abcab'])
    const second = Buffer.from(token.slice(5))
    expect(redactor?.redact(second)).toEqual([])
    expect(first.toString() + second.toString()).toBe(`xx${shown}`)
  })

  test('redacts the URL-encoded token', () => {
    const redactor = createTokenRedactor('pass/word@1')
    const bytes = Buffer.from('https://convox:pass%2Fword%401@api')
    redactor?.redact(bytes)
    expect(bytes.toString()).toBe('https://convox:[rack token]***@api')
  })

  test('reset() forgets a possible beginning', () => {
    const redactor = createTokenRedactor(token)
    redactor?.redact(Buffer.from(token.slice(0, 5)))
    redactor?.reset()
    const rest = Buffer.from(token.slice(5))
    redactor?.redact(rest)
    expect(rest.toString()).toBe(token.slice(5))
  })

  test('a very short token is not redacted', () => {
    expect(createTokenRedactor('abc')).toBeNull()
  })
})
