import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CastWriter } from './cast-writer.ts'
import { bytesOf, type CastEvent } from './testing/casts.ts'

function writeCast(write: (cast: CastWriter) => void): string {
  const cast = new CastWriter()
  write(cast)
  return cast.drain((text) => text.toString('utf8'))
}

const eventsIn = (text: string): CastEvent[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

test('the first line is a version 3 header', () => {
  const header = { cols: 120, rows: 40, startedAt: 1_504_467_315_999, command: 'rails "c"', title: 'exec web' }
  expect(writeCast((cast) => cast.header(header))).toBe(
    '{"version":3,"term":{"cols":120,"rows":40},"timestamp":1504467315,"command":"rails \\"c\\"","title":"exec web"}\n',
  )
})

test('each event has the seconds since the previous event', () => {
  const text = writeCast((cast) => {
    cast.data('o', 248, Buffer.from('\u001b[1mHi\r\n'))
    cast.event('m', 1_249, 'gap')
    cast.event('x', 1_249, '3')
  })
  expect(text).toBe('[0.248,"o","\\u001b[1mHi\\r\\n"]\n[1.001,"m","gap"]\n[0,"x","3"]\n')
})

test('a time before the previous event counts as no time passed', () => {
  const text = writeCast((cast) => {
    for (const [at, name] of [
      [500, 'a'],
      [400, 'b'],
      [600, 'c'],
    ] as const)
      cast.event('m', at, name)
  })
  expect(text).toBe('[0.5,"m","a"]\n[0,"m","b"]\n[0.1,"m","c"]\n')
})

test('a character that is split over two pieces is joined, separately for input and output', () => {
  const text = writeCast((cast) => {
    cast.data('o', 0, Buffer.from([0xf0, 0x9f]))
    cast.data('i', 0, Buffer.from('x'))
    cast.data('o', 0, Buffer.from([0x98, 0x80]))
  })
  expect(eventsIn(text)).toEqual([
    [0, 'i', 'x'],
    [0, 'o', '\u{1f600}'],
  ])
})

test('invalid UTF-8 is written as U+FFFD, followed by an event with its exact bytes', () => {
  const text = writeCast((cast) => {
    cast.data('o', 0, Buffer.from([0x61, 0xff, 0x62, 0xc3]))
    cast.end(1_000)
  })
  expect(eventsIn(text)).toEqual([
    [0, 'o', 'a\ufffdb'],
    [0, 'b', Buffer.from([0x61, 0xff, 0x62]).toString('base64')],
    [1, 'o', '\ufffd'],
    [0, 'b', Buffer.from([0xc3]).toString('base64')],
  ])
})

test('every character is written as JSON.stringify writes it', () => {
  const every = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code))
    .join('')
    .concat('\u2028\ud7ff\u{10ffff}')
  const text = writeCast((cast) => cast.data('o', 0, Buffer.from(every)))
  expect(text).toBe(`[0,"o",${JSON.stringify(every)}]\n`)
})

test('a long piece becomes several events that end between characters', () => {
  const long = '\u{1f600}é'.repeat(40_000)
  const events = eventsIn(writeCast((cast) => cast.data('o', 0, Buffer.from(long))))
  expect(events.length).toBeGreaterThan(3)
  expect(events.map(([, , text]) => text).join('')).toBe(long)
  expect(events.every(([, code]) => code === 'o')).toBe(true)
})

test('any bytes in any pieces can be restored', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0xf0, 0x9f, 0x98, 0x80, 0xc3, 0xa9, 0xe2, 0x0a, 0x22, 0x5c),
  )
  fc.assert(
    fc.property(fc.array(fc.array(byte, { maxLength: 8 })), (pieces) => {
      const text = writeCast((cast) => {
        for (const [at, piece] of pieces.entries()) cast.data('o', at, Buffer.from(piece))
        cast.end(pieces.length)
      })
      expect(bytesOf(eventsIn(text), 'o')).toEqual(Buffer.from(pieces.flat()))
    }),
  )
})
