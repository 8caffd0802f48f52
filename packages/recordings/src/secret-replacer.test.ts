import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileSecrets, type Secret, shortestSecret } from './secret-finder.ts'
import { replaceIn, SecretReplacer } from './secret-replacer.ts'

const secret = (value: string, mark = '[hidden KEY]'): Secret => ({ value, mark })

function through(secrets: readonly Secret[], ...pieces: readonly (string | Buffer)[]): string {
  const replacer = new SecretReplacer(compileSecrets(secrets))
  const parts = pieces.map((piece) => Buffer.from(replacer.replace(Buffer.from(piece))))
  return Buffer.concat([...parts, replacer.end()]).toString('latin1')
}

describe('a secret is gone', () => {
  test.each([
    ['whole', ['a s3cr3t! b']],
    ['at both ends', ['s3cr3t!']],
    ['over two pieces', ['a s3cr', '3t! b']],
    ['over pieces of one byte', [...'a s3cr3t! b']],
    ['with empty pieces between', ['a s3', '', 'cr3t! b']],
  ])('%s', (_how, pieces) => {
    const text = through([secret('s3cr3t!')], ...pieces)
    expect(text).not.toContain('s3cr3t')
    expect(text).toContain('[hidden KEY]')
    expect(text.replaceAll('[hidden KEY]', '')).toBe(pieces.join('').replaceAll('s3cr3t!', ''))
  })

  test('twice, one right after the other', () => {
    expect(through([secret('abcdef'), secret('uvwxyz', '[other]')], 'abcdefuvwxyz')).toBe('[hidden KEY][other]')
  })

  test('when another one begins with it, and the longer one is there', () => {
    const both = [secret('abcdef', '[short]'), secret('abcdefghi', '[long]')]
    expect(through(both, '-abcdefghi-')).toBe('-[long]-')
    expect(through(both, '-abcdefg', 'hi-')).toBe('-[long]-')
    expect(through(both, '-abcdefg', 'hX-')).toBe('-[short]ghX-')
  })

  test('when two overlap, no byte of either is left', () => {
    const both = [secret('abcdef', '[one]'), secret('defghi', '[two]')]
    expect(through(both, '-abcdefghi-')).toBe('-[one]-')
    expect(through(both, '-abc', 'def', 'ghi-')).toBe('-[one]-')
  })

  test('when it overlaps itself for long', () => {
    expect(through([secret('aaaaaa')], ...Array<string>(1_000).fill('aaa'), 'b')).toMatch(/^\[hidden KEY\]b$/)
  })

  test('when its beginning stands before it', () => {
    expect(through([secret('ababac')], 'abab', 'abac')).toBe('ab[hidden KEY]')
  })

  test('when it is longer than a piece that is looked for', () => {
    const long = Array.from({ length: 900 }, (_, index) => `${index}`).join(',')
    for (const cut of [1, 7, 1_023, 1_024, 1_025, 2_047, long.length - 1]) {
      const text = through([secret(long)], `<${long.slice(0, cut)}`, `${long.slice(cut)}>`)
      expect(text.replaceAll('[hidden KEY]', '')).toBe('<>')
    }
  })

  test('as it is written in an address and in JSON, and as the password of an address', () => {
    const text = through([secret('pa"ss/word')], 'pa%22ss%2Fword pa\\"ss/word')
    expect(text).toBe('[hidden KEY] [hidden KEY]')
    expect(through([secret('postgres://app:sw%40rdf1sh@db/app')], 'sw@rdf1sh sw%40rdf1sh')).toBe(
      '[hidden KEY] [hidden KEY]',
    )
  })

  test('any bytes: what is before, between and behind is left as it is', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 0x80, ...Buffer.from('s3cr3t!'), 0xff])
    expect(through([secret('s3cr3t!')], bytes)).toBe('\xff\xfe\0\x80[hidden KEY]\xff')
  })
})

describe('what is no secret is left', () => {
  test('values shorter than the shortest', () => {
    expect(compileSecrets([secret('x'.repeat(shortestSecret - 1))])).toBeNull()
    expect(through([secret('1234')], 'on 12345')).toBe('on 12345')
  })

  test('a beginning that comes to nothing', () => {
    expect(through([secret('s3cr3t!')], 'a s3cr', '3X b')).toBe('a s3cr3X b')
    expect(through([secret('s3cr3t!')], 'a s3c')).toBe('a s3c')
  })

  test('but a beginning that is as long as a secret counts as one at the end', () => {
    expect(through([secret('s3cr3t!')], 'a s3cr3t')).toBe('a [hidden KEY]')
  })
})

test('of a few letters, secrets and texts of any kind and borders anywhere: as if every place had been tried', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 12 })
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\xe9'), maxLength: 30 }), { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), texts, (values, pieces) => {
      const whole = pieces.join('')
      const covered = coveredIn(whole, values)
      const found = through(
        values.map((value) => secret(value, '#')),
        ...pieces.map((piece) => Buffer.from(piece, 'latin1')),
      )
      // Nothing that is covered is left; what isn't is left in its order, but for a long beginning at the end.
      const left = [...whole].filter((_, at) => !covered[at]).join('')
      const kept = found.replaceAll('#', '')
      expect(left.startsWith(kept)).toBe(true)
      if (kept !== left) expect(values.some((value) => value.startsWith(left.slice(kept.length)))).toBe(true)
      for (const value of values) expect(found).not.toContain(value)
    }),
  )
})

test('a text is replaced as a whole', () => {
  const finder = compileSecrets([secret('s3cr3t!')])
  expect(replaceIn('rake x KEY=s3cr3t! ä', finder)).toBe('rake x KEY=[hidden KEY] ä')
  expect(replaceIn('rake x', null)).toBe('rake x')
})

function coveredIn(text: string, values: readonly string[]): boolean[] {
  const covered = Array<boolean>(text.length).fill(false)
  for (const value of values) {
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1))
      covered.fill(true, at, at + value.length)
  }
  return covered
}
