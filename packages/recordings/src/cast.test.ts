import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CastWriter, headerLine } from './cast.ts'
import { bytesOf, type CastEvent } from './testing/casts.ts'

const eventsIn = (text: string): CastEvent[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

test('the first line says what it is, in version 3', () => {
  const header = { cols: 120, rows: 40, startedAt: 1_504_467_315_999, command: 'rails "c"', title: 'exec web' }
  expect(headerLine(header)).toBe(
    '{"version":3,"term":{"cols":120,"rows":40},"timestamp":1504467315,"command":"rails \\"c\\"","title":"exec web"}\n',
  )
})

test('events have the seconds since the one before', () => {
  const cast = new CastWriter()
  const text =
    cast.data('o', 248, Buffer.from('\u001b[1mHi\r\n')) + cast.event('m', 1_249, 'gap') + cast.event('x', 1_249, '3')
  expect(text).toBe('[0.248,"o","\\u001b[1mHi\\r\\n"]\n[1.001,"m","gap"]\n[0,"x","3"]\n')
})

test('a time that lies before the last one counts as the same', () => {
  const cast = new CastWriter()
  expect(cast.event('m', 500, 'a') + cast.event('m', 400, 'b') + cast.event('m', 600, 'c')).toBe(
    '[0.5,"m","a"]\n[0,"m","b"]\n[0.1,"m","c"]\n',
  )
})

test('a character over two pieces is one, in each direction by itself', () => {
  const cast = new CastWriter()
  const [one, other] = [Buffer.from([0xf0, 0x9f]), Buffer.from([0x98, 0x80])]
  const text = cast.data('o', 0, one) + cast.data('i', 0, Buffer.from('x')) + cast.data('o', 0, other)
  expect(eventsIn(text)).toEqual([
    [0, 'i', 'x'],
    [0, 'o', '\u{1f600}'],
  ])
})

test('what is no UTF-8 is shown as players can, and its bytes follow', () => {
  const cast = new CastWriter()
  const text = cast.data('o', 0, Buffer.from([0x61, 0xff, 0x62, 0xc3])) + cast.end(1_000)
  expect(eventsIn(text)).toEqual([
    [0, 'o', 'a\ufffdb'],
    [0, 'b', Buffer.from([0x61, 0xff, 0x62]).toString('base64')],
    [1, 'o', '\ufffd'],
    [0, 'b', Buffer.from([0xc3]).toString('base64')],
  ])
})

test('any bytes in any pieces come back', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xf0, 0x9f, 0x98, 0x80, 0xc3, 0xa9, 0xe2, 0x0a),
  )
  fc.assert(
    fc.property(fc.array(fc.array(byte, { maxLength: 8 })), (pieces) => {
      const cast = new CastWriter()
      const text = pieces.map((piece, at) => cast.data('o', at, Buffer.from(piece))).join('') + cast.end(pieces.length)
      expect(bytesOf(eventsIn(text), 'o')).toEqual(Buffer.from(pieces.flat()))
    }),
    { numRuns: 1_000 },
  )
})
