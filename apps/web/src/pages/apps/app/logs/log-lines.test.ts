import { expect, test } from 'vitest'
import { LogLines, maxLines } from './log-lines.ts'

function texts(...pieces: string[]): string[] {
  const log = new LogLines()
  for (const piece of pieces) log.append(piece)
  log.finish()
  return log.lines.map(({ text }) => text)
}

test('lines are the same whatever the pieces are', () => {
  const text = 'first\n\nthird\r\nfourth'
  expect(texts(text)).toEqual(['first', '', 'third', 'fourth'])
  expect(texts(...text)).toEqual(['first', '', 'third', 'fourth'])
})

test('color codes are removed, even if one is split between two pieces, and other control characters are kept', () => {
  expect(texts('\u001b[1;3', '1mred\u001b[0m\tend')).toEqual(['red    end'])
  expect(texts('\u001b[2Jgone \u001b]0;title\u0007 \u202egpj a\rb')).toEqual([
    '\u001b[2Jgone \u001b]0;title\u0007 \u202egpj a\rb',
  ])
})

test('the last 10,000 lines are stored, and the others are counted', () => {
  const log = new LogLines()
  for (let count = 1; count <= 25_000; count += 1) log.append(`line ${count}\n`)
  expect(log.lines.length).toBe(maxLines)
  expect(log.lines[0]).toEqual({ number: 15_001, text: 'line 15001' })
  expect(log.lines.at(-1)?.text).toBe('line 25000')
  expect(log.droppedCount).toBe(15_000)
})

test('a line without an end is cut, so that it cannot grow', () => {
  const log = new LogLines()
  for (let count = 0; count < 10; count += 1) log.append('x'.repeat(1_000))
  expect(log.lines.map(({ text }) => text.length)).toEqual([4_000, 4_000])
  expect(texts('y'.repeat(9_000)).map(({ length }) => length)).toEqual([4_000, 4_000, 1_000])
})

test('a resumed stream does not repeat stored lines', () => {
  const log = new LogLines()
  log.append('a\nb\nc\n')
  log.finish()
  log.resume()
  log.append('b\nc\nd\nc\n')
  expect(log.lines.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'c'])
})
