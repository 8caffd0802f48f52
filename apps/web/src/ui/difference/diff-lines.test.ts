import { expect, test } from 'vitest'
import { diffLines } from './diff-lines.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`)

test('changed lines have their numbers, and three lines around them', () => {
  const before = numbered(20)
  const after = before.toSpliced(9, 1, 'changed', 'added')
  expect(diffLines(before.join('\n'), `${after.join('\r\n')}\r\n`)).toEqual([
    {
      start: 7,
      lines: [
        ...[7, 8, 9].map((number) => ({ kind: 'same', text: `line ${number}`, number })),
        { kind: 'removed', text: 'line 10', number: 10 },
        { kind: 'added', text: 'changed', number: 10 },
        { kind: 'added', text: 'added', number: 11 },
        ...[12, 13, 14].map((number) => ({ kind: 'same', text: `line ${number - 1}`, number })),
      ],
    },
  ])
})

test('changes far apart are two hunks, and equal texts have none', () => {
  const before = numbered(40)
  const after = before.toSpliced(35, 1).toSpliced(2, 1)
  expect(diffLines(before.join('\n'), after.join('\n'))?.map(({ start }) => start)).toEqual([1, 32])
  expect(diffLines('a\n', 'a')).toEqual([])
})

test('texts without a common line are not compared', () => {
  const lines = (word: string) => Array.from({ length: 4_000 }, (_, index) => `${word} ${index}`).join('\n')
  expect(diffLines(lines('a'), lines('b'))).toBeNull()
})
