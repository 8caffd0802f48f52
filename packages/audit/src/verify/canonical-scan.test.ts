import { assert, constantFrom, dictionary, integer, json, nat, oneof, property, string, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from '../events/canonical.ts'
import { createSampleLog } from '../testing/sample-log.ts'
import { createCanonicalScan } from './canonical-scan.ts'
import { readExportLine } from './export-line.ts'

const scan = createCanonicalScan(['app', 'decision.rule', 'decision', 'seq', 'toString'])

function read(text: string, before = '"', after = '}') {
  const bytes = Buffer.from(before + text + after)
  const start = Buffer.byteLength(before)
  const isRead = scan.read(bytes, start, start + Buffer.byteLength(text))
  const valueAt = (slot: number) =>
    scan.to[slot] === 0 ? undefined : bytes.toString('utf8', scan.from[slot], scan.to[slot])
  return isRead ? [0, 1, 2, 3, 4].map(valueAt) : null
}

const name = () => oneof(constantFrom('app', 'decision', 'rule', 'seq', 'toString', 'a', 'z', ''), string())
const leaf = () => oneof(string(), integer(), constantFrom(true, false, null, 0, -1, '"', '\\', 'é', '{}', '],['))
const member = () =>
  oneof(
    leaf(),
    dictionary(name(), oneof(leaf(), dictionary(name(), leaf()))),
    json().map((text) => JSON.parse(text)),
  )
const event = () => dictionary(name(), member())

function expectedOf(text: string) {
  const { app, decision, seq, ...rest } = JSON.parse(text)
  const isObject = typeof decision === 'object' && decision !== null && !Array.isArray(decision)
  const rule = isObject && Object.hasOwn(decision, 'rule') ? decision.rule : undefined
  const own = Object.hasOwn(rest, 'toString') ? rest.toString : undefined
  return [app, rule, decision, seq, own].map((value) => (value === undefined ? undefined : canonical(value)))
}

test('found values match JSON.parse, for the outermost object only', () => {
  let tried = 0
  let met = 0
  assert(
    property(event(), (members) => {
      const text = canonical(members)
      const values = read(text)
      tried++
      if (values === null) return
      met++
      expect(values).toEqual(expectedOf(text))
    }),
  )
  expect(met / tried).toBeGreaterThan(0.05)
})

test('any accepted text is canonical', () => {
  const pieces = [
    '"',
    '\\',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    ' ',
    '0',
    '-',
    '.',
    'e',
    'null',
    '\n',
    '"app":1,',
    'é',
    '\u0001',
  ]
  assert(
    property(event(), nat(), nat({ max: 3 }), constantFrom(...pieces, ''), (members, place, cut, piece) => {
      const text = canonical(members)
      const at = place % text.length
      const changed = text.slice(0, at) + piece + text.slice(at + cut)
      const values = read(changed)
      if (values === null) return
      expect(canonical(JSON.parse(changed))).toBe(changed)
      expect(values).toEqual(expectedOf(changed))
    }),
  )
})

test('arbitrary bytes cause no error, and are never read beyond the end', () => {
  assert(
    property(uint8Array({ maxLength: 40 }), (any) => {
      // An arbitrary byte may be a quote, which would close the string.
      const rest = any.filter((byte) => byte !== 0x22)
      const bytes = Buffer.concat([Buffer.from('{"a":"'), rest])
      for (let end = 0; end <= bytes.length; end++)
        if (scan.read(bytes, 0, end)) expect.fail(`${bytes.toString('hex', 0, end)} is read`)
    }),
  )
})

test.each([
  ['a repeated name', '{"app":"a","app":"b"}'],
  ['names in another order', '{"seq":1,"app":"a"}'],
  ['a space', '{"app": "a"}'],
  ['an escape', '{"app":"\\u0061"}'],
  ['an escaped name', '{"\\u0061pp":"a"}'],
  ['a fraction', '{"seq":1.5}'],
  ['a leading zero', '{"seq":01}'],
  ['a negative zero', '{"seq":-0}'],
  ['more digits than a number has', '{"seq":12345678901234567890}'],
  ['a list', '["app"]'],
  ['two objects', '{}{}'],
  ['an unclosed object', '{"app":{"a":1}'],
  ['a comma at the end', '{"app":1,}'],
  ['a comma in a list', '{"app":[1,]}'],
  ['an unknown literal', '{"app":nul}'],
  ['a line', '{"app":"a\nb"}'],
  ['text that is nested too deep', `{"app":${'['.repeat(65)}${']'.repeat(65)}}`],
])('%s is not read', (_, text) => expect(read(text)).toBeNull())

test('events as the gateway writes them are accepted', () => {
  const log = createSampleLog()
  const stream = log.open()
  stream.add(3, { kind: 'call', app: 'wéb', principal: { kind: 'user', id: 'u', name: 'ü@example.com' }, bytesIn: 0 })
  stream.close()
  for (const line of log.lines.map((text) => Buffer.from(text))) {
    const record = readExportLine(line)
    expect(record && scan.read(line, record.start, record.end)).toBe(true)
  }
})
