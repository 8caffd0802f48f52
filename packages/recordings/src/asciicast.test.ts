import { expect, test } from 'vitest'
import { CastLines, formatEvent, formatHeader, parseEvent, parseHeader, stateIn } from './asciicast.ts'

const header = { version: 3, term: { cols: 80, rows: 24 }, timestamp: 1_000 }

test('a header is read as it was written', () => {
  const written = { cols: 120, rows: 40, startedAt: 5_000, command: 'rails "c"', title: 'exec web' }
  expect(parseHeader(formatHeader(written))).toEqual(written)
  expect(parseHeader(JSON.stringify(header))).toMatchObject({ startedAt: 1_000_000, command: '', title: '' })
})

test.each([
  '',
  '<html>',
  'null',
  '[]',
  JSON.stringify({ ...header, version: 2 }),
  JSON.stringify({ ...header, version: '3' }),
  JSON.stringify({ ...header, term: null }),
  JSON.stringify({ ...header, term: { cols: 0, rows: 24 } }),
  JSON.stringify({ ...header, term: { cols: 80, rows: 1.5 } }),
  JSON.stringify({ ...header, term: { cols: '80', rows: 24 } }),
  JSON.stringify({ ...header, timestamp: undefined }),
  JSON.stringify({ ...header, timestamp: -1 }),
  JSON.stringify({ ...header, timestamp: 1e300 }),
  JSON.stringify({ ...header, timestamp: 8_640_000_000_001 }),
  JSON.stringify({ ...header, command: 1 }),
  JSON.stringify({ ...header, title: null }),
])('%j is not a header', (line) => {
  expect(parseHeader(line)).toBe(null)
})

test('an event is read as it was written', () => {
  expect(parseEvent(formatEvent('m', 'gap: "ä"', 0.5))).toEqual({ interval: 0.5, code: 'm', data: 'gap: "ä"' })
})

test('an event with an unknown code is read, because later writers can have other events', () => {
  expect(parseEvent('[0,"?","x"]')).toEqual({ interval: 0, code: '?', data: 'x' })
})

test.each([
  '',
  'nonsense',
  '{"0":0,"1":"o","2":"x","length":3}',
  '[1,"o"]',
  '[1,"o","x","y"]',
  '[-1,"o","x"]',
  '[1e999,"o","x"]',
  '[1e10,"o","x"]',
  '["1","o","x"]',
  '[null,"o","x"]',
  '[1,2,"x"]',
  '[1,"o",null]',
  '[1,"o","x"] [1,"o","x"]',
])('%j is not an event', (line) => {
  expect(parseEvent(line)).toBe(null)
})

test('only an event `v` with a known state has a state', () => {
  expect(stateIn({ code: 'v', data: 'cut' })).toBe('cut')
  expect(stateIn({ code: 'v', data: 'great' })).toBe(null)
  expect(stateIn({ code: 'm', data: 'cut' })).toBe(null)
})

test('the lines are the same for every size of the chunks, and heartbeats are no lines', () => {
  const bytes = Buffer.from('{"ä":1}\n\n\n[0]\nrest')
  for (const size of [1, 2, 7, 100]) {
    const lines = new CastLines()
    const read: (string[] | null)[] = []
    for (let at = 0; at < bytes.length; at += size) read.push(lines.read(bytes.subarray(at, at + size)))
    expect(read.flat()).toEqual(['{"ä":1}', '[0]'])
  }
})

test.each(['', '\n', '\nrest'])('a line of more than 1 MiB is rejected, with %j after it', (end) => {
  const lines = new CastLines()
  const half = Buffer.from('x'.repeat(600_000))
  expect(lines.read(half)).toEqual([])
  expect(lines.read(Buffer.concat([half, Buffer.from(end)]))).toBe(null)
})
