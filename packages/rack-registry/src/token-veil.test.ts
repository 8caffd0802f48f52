import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenVeil } from './token-veil.ts'

const token = 'abcabd-secret-token'
const shown = '[rack token]*******'

function through(pieces: readonly string[]): string {
  const veil = createTokenVeil(token)
  const buffers = pieces.map((piece) => Buffer.from(piece))
  for (const buffer of buffers) veil?.cover(buffer)
  return buffers.map((buffer) => buffer.toString()).join('')
}

describe('a token veil', () => {
  test('covers a token and keeps the length', () => {
    expect(through([`RACK_URL=https://convox:${token}@api\n`])).toBe(`RACK_URL=https://convox:${shown}@api\n`)
    expect(shown).toHaveLength(token.length)
  })

  test('covers a token that is cut anywhere into any number of pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: token.length + 20 }), { maxLength: 6 }), (cuts) => {
        const text = `before ab${token}abc after`
        const at = [...new Set([0, ...cuts, text.length].filter((cut) => cut <= text.length))].sort((a, b) => a - b)
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
        expect(through(pieces)).toBe(`before ab${shown}abc after`)
      }),
    )
  })

  test('leaves everything else as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', '-') })), (pieces) => {
        expect(through(pieces)).toBe(pieces.join(''))
      }),
    )
  })

  test('says which bytes may be the beginning of one, as the same memory', () => {
    const veil = createTokenVeil(token)
    const first = Buffer.from('xxabcab')
    expect(veil?.cover(first).map(String)).toEqual(['abcab'])
    const second = Buffer.from(token.slice(5))
    expect(veil?.cover(second)).toEqual([])
    expect(first.toString() + second.toString()).toBe(`xx${shown}`)
  })

  test('covers the form that addresses write it in', () => {
    const veil = createTokenVeil('pass/word@1')
    const bytes = Buffer.from('https://convox:pass%2Fword%401@api')
    veil?.cover(bytes)
    expect(bytes.toString()).toBe('https://convox:[rack token]***@api')
  })

  test('what was sent already is not waited for', () => {
    const veil = createTokenVeil(token)
    veil?.cover(Buffer.from(token.slice(0, 5)))
    veil?.forget()
    const rest = Buffer.from(token.slice(5))
    veil?.cover(rest)
    expect(rest.toString()).toBe(token.slice(5))
  })

  test('a token that is too short to be told from other text is not looked for', () => {
    expect(createTokenVeil('abc')).toBeNull()
  })
})
