import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileSecrets, minSecretBytes, type Secret } from './secret-finder.ts'
import { redactSecrets, SecretRedactor } from './secret-redactor.ts'

const secret = (value: string, mark = '[hidden KEY]'): Secret => ({ value, mark })

function redactAll(secrets: readonly Secret[], ...pieces: readonly (string | Buffer)[]): string {
  const replacer = new SecretRedactor(compileSecrets(secrets))
  const parts = pieces.map((piece) => Buffer.from(replacer.redact(Buffer.from(piece))))
  return Buffer.concat([...parts, replacer.end()]).toString('latin1')
}

describe('a secret is redacted', () => {
  test.each([
    ['whole', ['a s3cr3t! b']],
    ['at both ends', ['s3cr3t!']],
    ['over two pieces', ['a s3cr', '3t! b']],
    ['over pieces of one byte', [...'a s3cr3t! b']],
    ['with empty pieces between', ['a s3', '', 'cr3t! b']],
  ])('%s', (_how, pieces) => {
    const text = redactAll([secret('s3cr3t!')], ...pieces)
    expect(text).not.toContain('s3cr3t')
    expect(text).toContain('[hidden KEY]')
    expect(text.replaceAll('[hidden KEY]', '')).toBe(pieces.join('').replaceAll('s3cr3t!', ''))
  })

  test('twice, one right after the other', () => {
    expect(redactAll([secret('abcdef'), secret('uvwxyz', '[other]')], 'abcdefuvwxyz')).toBe('[hidden KEY][other]')
  })

  test('when another one begins with it, and the longer one is there', () => {
    const both = [secret('abcdef', '[short]'), secret('abcdefghi', '[long]')]
    expect(redactAll(both, '-abcdefghi-')).toBe('-[long]-')
    expect(redactAll(both, '-abcdefg', 'hi-')).toBe('-[long]-')
    expect(redactAll(both, '-abcdefg', 'hX-')).toBe('-[short]ghX-')
  })

  test('when two overlap, no byte of either is left', () => {
    const both = [secret('abcdef', '[one]'), secret('defghi', '[two]')]
    expect(redactAll(both, '-abcdefghi-')).toBe('-[one]-')
    expect(redactAll(both, '-abc', 'def', 'ghi-')).toBe('-[one]-')
  })

  test('when it overlaps itself many times', () => {
    expect(redactAll([secret('aaaaaa')], ...Array<string>(1_000).fill('aaa'), 'b')).toMatch(/^\[hidden KEY\]b$/)
  })

  test('when its first characters precede it', () => {
    expect(redactAll([secret('ababac')], 'abab', 'abac')).toBe('ab[hidden KEY]')
  })

  test('when it is longer than one needle', () => {
    const long = Array.from({ length: 900 }, (_, index) => `${index}`).join(',')
    for (const cut of [1, 7, 1_023, 1_024, 1_025, 2_047, long.length - 1]) {
      const text = redactAll([secret(long)], `<${long.slice(0, cut)}`, `${long.slice(cut)}>`)
      expect(text.replaceAll('[hidden KEY]', '')).toBe('<>')
    }
  })

  test('when it is URL-encoded or JSON-encoded, and when it is the password of a URL', () => {
    const text = redactAll([secret('pa"ss/word')], 'pa%22ss%2Fword pa\\"ss/word')
    expect(text).toBe('[hidden KEY] [hidden KEY]')
    expect(redactAll([secret('postgres://app:sw%40rdf1sh@db/app')], 'sw@rdf1sh sw%40rdf1sh')).toBe(
      '[hidden KEY] [hidden KEY]',
    )
  })

  test('between arbitrary bytes, which stay as they are', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 0x80, ...Buffer.from('s3cr3t!'), 0xff])
    expect(redactAll([secret('s3cr3t!')], bytes)).toBe('\xff\xfe\0\x80[hidden KEY]\xff')
  })
})

describe('other text is not redacted', () => {
  test('values shorter than the shortest', () => {
    expect(compileSecrets([secret('x'.repeat(minSecretBytes - 1))])).toBeNull()
    expect(redactAll([secret('1234')], 'on 12345')).toBe('on 12345')
  })

  test('the first characters of a secret without the rest', () => {
    expect(redactAll([secret('s3cr3t!')], 'a s3cr', '3X b')).toBe('a s3cr3X b')
    expect(redactAll([secret('s3cr3t!')], 'a s3c')).toBe('a s3c')
  })

  test('except at the end, if they are as long as the shortest secret', () => {
    expect(redactAll([secret('s3cr3t!')], 'a s3cr3t')).toBe('a [hidden KEY]')
  })
})

test('the result is the same as with a naive search, for any split of the text', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 6, maxLength: 12 })
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\xe9'), maxLength: 30 }), { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), texts, (values, pieces) => {
      const whole = pieces.join('')
      const isSecret = naiveSearch(whole, values)
      const found = redactAll(
        values.map((value) => secret(value, '#')),
        ...pieces.map((piece) => Buffer.from(piece, 'latin1')),
      )
      // No redacted byte is left, and all others are in order, except a long partial match at the end.
      const left = [...whole].filter((_, at) => !isSecret[at]).join('')
      const kept = found.replaceAll('#', '')
      expect(left.startsWith(kept)).toBe(true)
      if (kept !== left) expect(values.some((value) => value.startsWith(left.slice(kept.length)))).toBe(true)
      for (const value of values) expect(found).not.toContain(value)
    }),
  )
})

test('redactSecrets redacts a complete text', () => {
  const finder = compileSecrets([secret('s3cr3t!')])
  expect(redactSecrets('rake x KEY=s3cr3t! ä', finder)).toBe('rake x KEY=[hidden KEY] ä')
  expect(redactSecrets('rake x', null)).toBe('rake x')
})

function naiveSearch(text: string, values: readonly string[]): boolean[] {
  const isSecret = Array<boolean>(text.length).fill(false)
  for (const value of values) {
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1))
      isSecret.fill(true, at, at + value.length)
  }
  return isSecret
}
