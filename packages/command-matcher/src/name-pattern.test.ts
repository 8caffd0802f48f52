import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern, compilePatterns } from './name-pattern.ts'

describe('a name pattern', () => {
  test.each([
    ['*', 'anything'],
    ['*', ''],
    ['web', 'web'],
    ['web*', 'web'],
    ['web*', 'web-eu'],
    ['*-eu', 'web-eu'],
    ['w*b*u', 'web-eu'],
    ['a*a', 'aa'],
    ['a**b', 'ab'],
    ['*b*b*', 'abcb'],
    ['a.c', 'a.c'],
  ])('%s matches %j', (pattern, name) => {
    expect(compilePattern(pattern)(name)).toBe(true)
  })

  test.each([
    ['', ''],
    ['', 'web'],
    ['web', 'Web'],
    ['web', 'web2'],
    ['web', 'myweb'],
    ['web*', 'my-web'],
    ['*-eu', 'web-eu-2'],
    ['a*a', 'a'],
    ['ab*ba', 'aba'],
    ['*ab*ab*', 'aab'],
    ['a.c', 'abc'],
    ['(a+)+$', 'aaaa'],
    ['[ab]', 'a'],
    ['we?', 'web'],
  ])('%s does not match %j', (pattern, name) => {
    expect(compilePattern(pattern)(name)).toBe(false)
  })

  test('matches like the equivalent regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*') })
    const names = fc.string({ unit: fc.constantFrom('a', 'b') })
    fc.assert(
      fc.property(letters, names, (pattern, name) => {
        fc.pre(pattern !== '')
        expect(compilePattern(pattern)(name)).toBe(new RegExp(`^${pattern.replaceAll(/\*+/g, '.*')}$`).test(name))
      }),
    )
  })

  test('the time is bounded for many stars', () => {
    const matches = compilePattern(`${'a*'.repeat(1000)}b`)
    expect(matches('a'.repeat(100_000))).toBe(false)
  })
})

test('undefined patterns match every name, and an empty list matches no name', () => {
  expect(compilePatterns(undefined)('web')).toBe(true)
  expect(compilePatterns([])('web')).toBe(false)
  expect(compilePatterns(['a', 'w*'])('web')).toBe(true)
})
