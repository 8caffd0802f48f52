import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonFault } from './json-fault.ts'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['{"a": 1,}', 1, 9],
  ['{"a": 1\n "b": 2}', 2, 2],
  ['{\n  "gateways": {\n    staging: {}\n  }\n}', 3, 5],
  ['{"a": "x', 1, 7],
  ['{"a"}', 1, 5],
  ['{"a": 01}', 1, 8],
  ['', 1, 1],
  ['{', 1, 2],
  ['{} x', 1, 4],
  ["{'a': 1}", 1, 2],
  ['{"a": "\n"}', 1, 7],
  ['[1, 2', 1, 6],
  ['[1}', 1, 3],
  ['{]', 1, 2],
  ['{"a": nul}', 1, 7],
])('%j stops being JSON at line %i, column %i', (text, line, column) => {
  expect(jsonFault(text)).toEqual({ line, column })
})

test('every JSON text is found to be JSON, however it is laid out', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2, '\t'), (text, indent) => {
      expect(jsonFault(text)).toBeNull()
      expect(jsonFault(JSON.stringify(JSON.parse(text), null, indent))).toBeNull()
    }),
  )
})

test('a text has no fault if and only if JSON.parse accepts it', () => {
  const damage = fc.record({
    at: fc.nat(),
    insert: fc.constantFrom('', ',', '"', '{', '}', ']', ':', '\\', '\n', '-', '0', 'e', '\u0000'),
    remove: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.json(), damage, (text, { at, insert, remove }) => {
      const from = at % (text.length + 1)
      const damaged = text.slice(0, from) + insert + text.slice(from + remove)
      expect(jsonFault(damaged) === null).toBe(isJson(damaged))
    }),
  )
})

test('neither depth nor length overflows', () => {
  expect(jsonFault('['.repeat(200_000))).toEqual({ line: 1, column: 200_001 })
  expect(jsonFault(`["${'a'.repeat(500_000)}"]`)).toBeNull()
  expect(jsonFault(`["${'a'.repeat(500_000)}`)).toEqual({ line: 1, column: 2 })
})
