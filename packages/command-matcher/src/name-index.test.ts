import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createNameIndex } from './name-index.ts'
import { compilePatterns } from './name-pattern.ts'

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '*'), maxLength: 5 })
const name = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 6 })

describe('an index of name patterns', () => {
  test('finds the same values as matching every pattern, in order, each once', () => {
    const given = fc.array(fc.option(fc.array(pattern, { maxLength: 3 }), { nil: undefined }), { maxLength: 20 })
    fc.assert(
      fc.property(given, fc.array(name, { minLength: 1, maxLength: 5 }), (lists, names) => {
        const index = createNameIndex(lists.map((patterns, value) => ({ patterns, value })))
        const asked = lists.map(compilePatterns)
        for (const one of names)
          expect(index.find(one)).toEqual(asked.flatMap((matches, value) => (matches(one) ? [value] : [])))
      }),
    )
  })

  test('finds the same values among many patterns with a star at both ends', () => {
    const inner = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '*'), minLength: 1, maxLength: 4 })
    const given = fc.array(
      fc.tuple(
        inner.map((text) => `*${text}*`),
        fc.option(pattern),
      ),
      { minLength: 65, maxLength: 120 },
    )
    fc.assert(
      fc.property(given, fc.array(name, { minLength: 1, maxLength: 5 }), (lists, names) => {
        const patterns = lists.map(([both, other]) => (other === null ? [both] : [both, other]))
        const index = createNameIndex(patterns.map((each, value) => ({ patterns: each, value })))
        const asked = patterns.map(compilePatterns)
        for (const one of names)
          expect(index.find(one)).toEqual(asked.flatMap((matches, value) => (matches(one) ? [value] : [])))
      }),
    )
  })

  test('one value under several patterns is found once', () => {
    const index = createNameIndex([{ patterns: ['*', 'web', 'w*', '*b', '*e*'], value: 'x' }])
    expect(index.find('web')).toEqual(['x'])
  })
})
