import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenScrubber, scrubToken } from './rack-token.ts'

function stream(chunks: readonly (string | Buffer)[], token: string): string {
  const scrubber = createTokenScrubber(token)
  const out = chunks.map((chunk) => scrubber.push(Buffer.from(chunk)))
  return Buffer.concat([...out, scrubber.end()]).toString('utf8')
}

describe('the rack’s token in a text', () => {
  test('is replaced, each time', () => {
    expect(scrubToken('RACK_URL=https://convox:rackpass@api rackpass', 'rackpass')).toBe(
      'RACK_URL=https://convox:[rack token]@api [rack token]',
    )
  })

  test.each([
    ['as it is', 'a/b+c<d'],
    ['escaped for a query', 'a%2Fb%2Bc%3Cd'],
    ['escaped in lower case', 'a%2fb%2bc%3cd'],
    ['escaped by Go for an address', 'a%2Fb+c%3Cd'],
    ['in the rack’s JSON', 'a/b+c\\u003cd'],
  ])('is found %s', (_, spelling) => {
    expect(scrubToken(`x${spelling}y`, 'a/b+c<d')).toBe('x[rack token]y')
    expect(stream([`x${spelling}y`], 'a/b+c<d')).toBe('x[rack token]y')
  })

  test('that is empty replaces nothing', () => {
    expect(scrubToken('text', '')).toBe('text')
    expect(stream(['te', 'xt'], '')).toBe('text')
  })
})

describe('the rack’s token in a stream', () => {
  test('is found across chunks', () => {
    expect(stream(['https://convox:rack', 'pa', 'ss@api'], 'rackpass')).toBe('https://convox:[rack token]@api')
  })

  test('only what may be its beginning is kept back, and comes at the end', () => {
    const scrubber = createTokenScrubber('rackpass')
    expect(scrubber.push(Buffer.from('abc rackp')).toString()).toBe('abc ')
    expect(scrubber.push(Buffer.from('lan r')).toString()).toBe('rackplan ')
    expect(scrubber.end().toString()).toBe('r')
    expect(scrubber.end()).toHaveLength(0)
  })

  test('a chunk without it is passed on uncopied', () => {
    const chunk = Buffer.from('nothing here.')
    const passed = createTokenScrubber('rackpass').push(chunk)
    expect(passed.buffer).toBe(chunk.buffer)
    expect(passed).toEqual(chunk)
  })

  test('what is kept back is a copy: the caller may reuse its buffer', () => {
    const scrubber = createTokenScrubber('rackpass')
    const chunk = Buffer.from('rackpas')
    scrubber.push(chunk)
    chunk.fill(0)
    expect(scrubber.push(Buffer.from('s!')).toString()).toBe('[rack token]!')
  })

  test('however it is cut, the stream says what the text would', () => {
    const piece = fc.constantFrom('aab', 'aa', 'a', 'b', 'aabaab', 'x', '')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom('aab', 'aba', 'aabaa'), (chunks, token) => {
        expect(stream(chunks, token)).toBe(scrubToken(chunks.join(''), token))
      }),
      { numRuns: 2000 },
    )
  })

  test('bytes that are no text pass unchanged', () => {
    const scrubber = createTokenScrubber('rackpass')
    const bytes = Buffer.from([0, 255, 254, 128, 13, 10])
    expect(Buffer.concat([scrubber.push(bytes), scrubber.end()])).toEqual(bytes)
  })
})
