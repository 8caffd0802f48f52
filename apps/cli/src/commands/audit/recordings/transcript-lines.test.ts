import { expect, test } from 'vitest'
import { createTranscript } from './transcript-lines.ts'

const esc = '\u001b'
function lines(...events: readonly [interval: number, code: string, data: string][]) {
  const transcript = createTranscript({ startedAt: 1_000_000 })
  const all = events.flatMap(([interval, code, data]) => transcript.add({ interval, code, data }))
  return [...all, ...transcript.end()].map(({ at, text }) => [(at - 1_000_000) / 1_000, text])
}
const text = (...pieces: string[]) =>
  lines(...pieces.map((data): [number, string, string] => [0, 'o', data])).map(([, one]) => one)

test('a line has the time of its first character', () => {
  expect(lines([1, 'o', '$ l'], [2, 'o', 's\r\nfile'], [3, 'o', '\r\n'])).toEqual([
    [1, '$ ls'],
    [3, 'file'],
  ])
})

test('empty lines are preserved', () => expect(text('a\r\n\r\nb')).toEqual(['a', '', 'b']))

test('corrections of a line editor are applied', () => {
  expect(text('$ lx\b \bs\r\n')).toEqual(['$ ls'])
  expect(text(`$ rm -rf /${esc}[2D${esc}[K x\r\n`)).toEqual(['$ rm -rf x'])
  expect(text('10%\r50%\r100%\r\n')).toEqual(['100%'])
  expect(text(`abc${esc}[2D${esc}[@x${esc}[1G${esc}[P\r\n`)).toEqual(['xbc'])
  expect(text(`secret\r${esc}[2Kdone\r\n`)).toEqual(['done'])
})

test('colors, titles, and links are removed, and their text is preserved', () => {
  expect(text(`${esc}[31mred${esc}[0m ${esc}]8;;https://x/${esc}\\link${esc}]8;;${esc}\\ ${esc}]0;t\u0007.\n`)).toEqual(
    ['red link .'],
  )
})

test('each position that a full-screen program writes at is a line', () => {
  expect(text(`${esc}[?1049h${esc}[1;1Hone${esc}[5;1Htwo${esc}[2J`)).toEqual(['one', 'two'])
})

test('markers and the exit status are lines, and a program cannot print them', () => {
  expect(lines([0, 'm', 'started'], [1, 'o', '-- exit 0\r\nhalf'], [1, 'm', `gap${esc}[2J`], [1, 'x', '3'])).toEqual([
    [0, '-- started'],
    [1, '-- exit 0'],
    [1, 'half'],
    [2, '-- gap\uFFFD[2J'],
    [3, '-- exit 3'],
  ])
})

test('input is on lines of its own', () => {
  expect(lines([0, 'o', '$ '], [1, 'i', 'ls\r'], [0, 'o', 'ls\r\n'])).toEqual([
    [1, '< ls'],
    [0, '$ ls'],
  ])
})

test('a long line is split, and memory is bounded', () => {
  const all = text('x'.repeat(10_000))
  expect(all.map((line) => `${line}`.length)).toEqual([4_096, 4_096, 1_808])
  expect(text(`${esc}[99999999C${esc}[99999999@y`).join('').length).toBeLessThan(20_000)
})
