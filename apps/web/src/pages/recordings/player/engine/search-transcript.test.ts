import { expect, test } from 'vitest'
import { type Match, maxMatches, searchTranscript } from './search-transcript.ts'
import { castText, type Line, load, noYield } from './testing/casts.ts'

async function search(lines: readonly Line[], query: string): Promise<Match[]> {
  const { recordingEvents } = await load(castText(lines))
  const found: Match[] = []
  const { signal } = new AbortController()
  for await (const matches of searchTranscript(recordingEvents, query, { yieldToPage: noYield, signal }))
    found.push(...matches)
  return found
}

test('a line is found with the time of its first character', async () => {
  const lines: Line[] = [
    [1, 'o', '$ drop'],
    [2, 'o', ' TABLE users\r\n$ '],
    [5, 'i', 'exit\r'],
    [1, 'm', 'gap: the table is missing'],
    [1, 'x', '3'],
  ]
  expect(await search(lines, 'table')).toEqual([
    { at: 1_000, text: '$ drop TABLE users', kind: 'output' },
    { at: 9_000, text: 'gap: the table is missing', kind: 'marker' },
  ])
  expect(await search(lines, 'exit')).toEqual([
    { at: 8_000, text: 'exit', kind: 'input' },
    { at: 10_000, text: 'exit 3', kind: 'marker' },
  ])
})

test('escape sequences and overwritten characters are not part of a line', async () => {
  expect(await search([[0, 'o', 'dr\u001b[31mop\u001b[0m tX\bable\r\n']], 'drop table')).toHaveLength(1)
})

test('a line that spans segments is found, and matches have a limit', async () => {
  const filler = 'z'.repeat(3_000)
  const many: Line[] = Array.from({ length: 400 }, (_, n) => [0.1, 'o', `${filler}\r\nne${n}`])
  const split: Line[] = many.flatMap(([after, code, data]) => [[after, code, data] as const, [0, 'o', 'edle\r\n']])
  expect(await search(split, 'edle')).toHaveLength(400)
  const hits: Line[] = Array.from({ length: maxMatches + 100 }, () => [0, 'o', 'needle\r\n'])
  expect(await search(hits, 'needle')).toHaveLength(maxMatches)
})

test('an aborted search yields no more results', async () => {
  const { recordingEvents } = await load(castText([[0, 'o', 'needle\r\n']]))
  const controller = new AbortController()
  controller.abort()
  const found = []
  for await (const matches of searchTranscript(recordingEvents, 'needle', {
    yieldToPage: noYield,
    signal: controller.signal,
  }))
    found.push(...matches)
  expect(found).toEqual([])
})
