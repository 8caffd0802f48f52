import { envEntries } from '@rack-gateway/convox-api/environment'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdits, type Edits, misreadKey, readVariables } from './env-text.ts'

const mask = '[hidden:R1:abc_DEF-1]'
const pem = 'KEY=-----BEGIN KEY-----\nMIIEow==\nAB=\n-----END KEY-----'
const edit = (edits: Record<string, string | null>): Edits => new Map(Object.entries(edits))

describe('variables', () => {
  test('have their masks and all lines of their values', () => {
    expect(readVariables(`A=1\nSECRET=${mask}\n${pem}\nZ=x=y \n`)).toEqual([
      { key: 'A', value: '1', isMasked: false, count: 1 },
      { key: 'SECRET', value: mask, isMasked: true, count: 1 },
      { key: 'KEY', value: pem.slice(4), isMasked: false, count: 1 },
      { key: 'Z', value: 'x=y ', isMasked: false, count: 1 },
    ])
  })

  test('the last one of a key counts', () => {
    expect(readVariables('A=1\nA=2')).toEqual([{ key: 'A', value: '2', isMasked: false, count: 2 }])
  })

  test.each(['', '\n', '# only a comment'])('%j has no variables', (env) => {
    expect(readVariables(env)).toEqual([])
  })

  test('a part of a mask is an ordinary value', () => {
    expect(readVariables(`A=x${mask}`)).toMatchObject([{ isMasked: false }])
  })
})

describe('edits', () => {
  test.each<[string, string, Record<string, string | null>, string]>([
    ['change one value', `A=1\nS=${mask}\nB=2`, { A: '9' }, `A=9\nS=${mask}\nB=2`],
    ['add at the end', 'A=1', { B: '2' }, 'A=1\nB=2'],
    ['add after a line break', 'A=1\n', { B: '2' }, 'A=1\nB=2'],
    ['add the first variable', '', { A: 'x=y' }, 'A=x=y'],
    ['remove', 'A=1\nB=2\nC=3', { B: null }, 'A=1\nC=3'],
    ['remove all', 'A=1', { A: null }, ''],
    ['remove every line of a key', 'A=1\nB=2\nA=3', { A: null }, 'B=2'],
    ['change the line of a key that counts', 'A=1\nB=2\nA=3', { A: '4' }, 'A=1\nB=2\nA=4'],
    ['replace a value of several lines', `${pem}\nB=2`, { KEY: 'short' }, 'KEY=short\nB=2'],
    ['keep a value of several lines', `${pem}\nB=2`, { B: '3' }, `${pem}\nB=3`],
    ['keep white space around a key, and line ends', ' A =1\r\nB=2\r', { A: '2' }, ' A =2\r\nB=2\r'],
    ['keep lines that are no variables', '# note\nA=1\nnonsense', { A: null, B: '2' }, '# note\nB=2'],
    ['take replacement patterns as text', 'A=1', { A: "$&$1$'" }, "A=$&$1$'"],
  ])('%s', (_, env, edits, expected) => {
    expect(applyEdits(env, edit(edits))).toBe(expected)
    expect(misreadKey(env, edit(edits))).toBeNull()
  })

  test.each<[string, string, Record<string, string | null>]>([
    ['a new value that looks like the end of wrapped Base64', 'A=1', { B: '=' }],
    ['a new block that a later block would end', `A=1\n${pem}`, { A: '-----BEGIN KEY-----' }],
    ['a line below that becomes a part of the new value', 'A=1\nfoo=\nB=2', { A: 'a'.repeat(40) }],
  ])('%s is found before it is sent', (_, env, edits) => {
    expect(misreadKey(env, edit(edits))).not.toBeNull()
  })

  const line = fc.oneof(
    fc.constantFrom(
      'A=1',
      'B=',
      `S=${mask}`,
      pem,
      'x==',
      'ab=',
      '# note',
      '',
      ' A = 2',
      'A=3\r',
      `T=${'a'.repeat(40)}`,
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )
  const env = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'))
  const keys = fc.constantFrom('A', 'B', 'S', 'KEY', 'NEW')
  const edits = fc.array(fc.tuple(keys, fc.option(fc.constantFrom('', '=', 'v', '-----BEGIN X-----'))), {
    maxLength: 3,
  })

  test('the text does not change without an edit', () => {
    fc.assert(
      fc.property(env, (text) => {
        expect(applyEdits(text, new Map())).toBe(text)
      }),
    )
  })

  test('bytes outside the edits do not change', () => {
    fc.assert(
      fc.property(env, edits, (text, pairs) => {
        const changes: Edits = new Map(pairs)
        const kept = envEntries(text).filter(({ key }) => key === null || !changes.has(key))
        let rest = applyEdits(text, changes)
        for (const { lines } of kept) {
          const part = lines.join('\n')
          expect(rest).toContain(part)
          rest = rest.slice(rest.indexOf(part) + part.length)
        }
      }),
    )
  })

  test('every edited value is read back, and other values do not change', () => {
    fc.assert(
      fc.property(env, edits, (text, pairs) => {
        const changes: Edits = new Map(pairs)
        if (misreadKey(text, changes) !== null) return
        const values = new Map(readVariables(applyEdits(text, changes)).map(({ key, value }) => [key, value]))
        for (const [key, value] of changes) expect(values.get(key) ?? null).toBe(value)
        for (const { key, value } of readVariables(text)) if (!changes.has(key)) expect(values.get(key)).toBe(value)
      }),
    )
  })
})
