import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonBounds, jsonBoundsFault, jsonBoundsFaultInSteps } from './json-bounds.ts'

const unbounded: JsonBounds = { depth: Number.POSITIVE_INFINITY, entries: Number.POSITIVE_INFINITY }

/** Counts the values that `JSON.parse` returns. */
function measure(value: unknown): JsonBounds {
  if (typeof value !== 'object' || value === null) return { depth: 0, entries: 0 }
  const inner = Object.values(value).map(measure)
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    entries: Math.max(1, inner.length) + inner.reduce((sum, { entries }) => sum + entries, 0),
  }
}

/** The bytes in parts of one size; a part can end within a character or an escape. */
function inParts(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

function lastValue<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The fault of the text, which must not depend on how the text is passed. */
function faultOf(text: string, bounds: JsonBounds): string | null {
  const fault = jsonBoundsFault(Buffer.from(text), bounds)
  expect(jsonBoundsFault(text, bounds)).toBe(fault)
  for (const size of [1, 2, 7, 64]) expect(lastValue(jsonBoundsFaultInSteps(inParts(text, size), bounds))).toBe(fault)
  return fault
}

const word = fc.constantFrom(
  '',
  'a',
  '"',
  '\\',
  '\\"',
  '\\\\',
  '[',
  '{',
  ']',
  '}',
  ',',
  ':',
  '\n',
  '\u0000',
  'é',
  'Ģ',
  '嬢',
  '😀',
)
const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(''))
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.oneof(text, fc.integer(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}))
const indent = fc.constantFrom(0, 2, '\t')

test('JSON is within its own depth and entries, and exceeds anything less', () => {
  fc.assert(
    fc.property(value, indent, (value, indent) => {
      const json = JSON.stringify(value, null, indent)
      const { depth, entries } = measure(value)
      expect(faultOf(json, { depth, entries })).toBeNull()
      if (depth === 0) return
      expect(faultOf(json, { ...unbounded, depth: depth - 1 })).toMatch(/^it is nested deeper than \d+ levels?$/)
      expect(faultOf(json, { ...unbounded, entries: entries - 1 })).toMatch(/^it has more than \d+ members and items$/)
    }),
  )
})

test('a text without a fault parses to a value within the bounds, or not at all', () => {
  const damage = fc.record({
    at: fc.nat(),
    insert: fc.constantFrom('', ',', '"', '{', '}', ']', '[', ':', '\\', '\n', '\u0000'),
    remove: fc.nat(2),
  })
  const bounds = fc.record({ depth: fc.nat(4), entries: fc.nat(8) })
  fc.assert(
    fc.property(value, damage, bounds, (value, { at, insert, remove }, bounds) => {
      const json = JSON.stringify(value)
      const from = at % (json.length + 1)
      const damaged = json.slice(0, from) + insert + json.slice(from + remove)
      if (faultOf(damaged, bounds) !== null || !isJson(damaged)) return
      const { depth, entries } = measure(JSON.parse(damaged))
      expect(depth).toBeLessThanOrEqual(bounds.depth)
      expect(entries).toBeLessThanOrEqual(bounds.entries)
    }),
  )
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test.each([
  ['nested lists', `${'['.repeat(33)}${']'.repeat(33)}`, 'it is nested deeper than 32 levels'],
  ['nested objects', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 'it is nested deeper than 32 levels'],
  ['a list that does not end', '['.repeat(4_000_000), 'it is nested deeper than 32 levels'],
  ['a wide list', `[${'1,'.repeat(1_000)}1]`, 'it has more than 1000 members and items'],
  ['a wide object', `{${'"a":1,'.repeat(1_000)}"a":1}`, 'it has more than 1000 members and items'],
  ['many empty lists', `[${'[],'.repeat(600)}[]]`, 'it has more than 1000 members and items'],
  ['separators without values', ','.repeat(1_001), 'it has more than 1000 members and items'],
  ['separators and brackets in strings', JSON.stringify(['[{,'.repeat(10_000)]), null],
  ['quotes and backslashes in strings', JSON.stringify(['"[\\"{\\\\,'.repeat(10_000)]), null],
  ['lists one after the other', `[${Array.from({ length: 400 }, () => '[]').join()}]`, null],
])('%s', (_, json, fault) => {
  expect(jsonBoundsFault(json, { depth: 32, entries: 1_000 })).toBe(fault)
})

test('a step reads at most 64 KiB, and the steps end at the fault', () => {
  const wide = Buffer.from(`[${'1,'.repeat(500_000)}1]`)
  const steps = jsonBoundsFaultInSteps([wide], { depth: 32, entries: 100_000 })
  let count = 0
  while (!steps.next().done) count++
  expect(count).toBe(Math.floor(200_000 / (64 * 1024)))
})
