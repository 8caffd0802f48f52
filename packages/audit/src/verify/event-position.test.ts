import { assert, constantFrom, dictionary, integer, option, property, record, string, uuid } from 'fast-check'
import { expect, test } from 'vitest'
import { canonical } from '../events/canonical.ts'
import { readPosition } from './event-position.ts'

const hostile = [
  ',"seq":5,"stream":"01a21003-ad1a-75d6-92a3-9774156aed61","v":1}',
  '\\',
  '"',
  '}',
  ']',
  '"stream.closed"',
  '\u2028é',
]
const text = () => string().chain((any) => constantFrom(any, ...hostile, ...hostile.map((piece) => any + piece)))

function recordOf(text: string) {
  const line = Buffer.from(text)
  return { line, start: 0, end: line.length, latin1: line.toString('latin1') }
}

const anyEvent = record(
  {
    app: text(),
    kind: constantFrom('call', 'stream.opened', 'stream.closed', 'outcome'),
    detail: dictionary(constantFrom('seq', 'stream', 'v', 'other'), text()),
    seq: integer({ min: 1 }),
    service: option(text(), { nil: undefined }),
    source: option(record({ address: text(), client: text() }), { nil: undefined }),
    status: option(integer(), { nil: undefined }),
    stream: uuid(),
    truncated: option(constantFrom([{ field: 'app', length: 3, sha256: 'ab' }]), { nil: undefined }),
    upstream: option(text(), { nil: undefined }),
    v: constantFrom(1),
  },
  { requiredKeys: ['kind', 'seq', 'stream', 'v'] },
)

test('the position matches JSON.parse, for any values', () => {
  assert(
    property(anyEvent, (event) => {
      const { seq, stream, kind } = event
      const bound = kind === 'stream.opened' ? 'opens' : kind === 'stream.closed' ? 'closes' : 'none'
      expect(readPosition(recordOf(canonical(event)))).toEqual({ seq, stream, bound })
    }),
  )
})

test('an escaped kind still closes the stream', () => {
  const stream = '01a21003-ad1a-75d6-92a3-9774156aed61'
  for (const kind of ['stream.closed', 'stream\\u002eclosed', '\\u0073tre\\u0061m.closed'])
    expect(readPosition(recordOf(`{"kind":"${kind}","seq":5,"stream":"${stream}","v":1}`))).toMatchObject({
      bound: 'closes',
    })
})

test.each([
  ['a member of an inner object', '{"x":{"a":1,"seq":9,"stream":"01a21003-ad1a-75d6-92a3-9774156aed61","v":1}}', null],
  ['no position', '{"v":1}', null],
  ['no JSON', 'seq', null],
  ['a list', '[]', null],
  ['numbers that are none', '{"seq":"1","stream":"x"}', null],
])('%s has no position', (_, bytes, place) => expect(readPosition(recordOf(bytes))).toEqual(place))
