import widthOf from 'string-width'
import { expect, test } from 'vitest'
import { table } from './table.ts'

const page = { columns: null, styled: false }
const rows = [
  ['*', 'a', 'https://x'],
  ['', 'longer\u001b', ''],
]

test('a table has its columns under their headings, and no space at the ends of lines', () => {
  expect(table(page, ['', 'NAME', 'URL'], rows)).toEqual([
    '   NAME     URL',
    '*  a        https://x',
    '   longer\uFFFD',
  ])
})

test('elsewhere than on a terminal nothing is cut', () => {
  const long = 'x'.repeat(500)
  expect(table(page, ['NAME'], [[long]])).toEqual(['NAME', long])
})

test('on a terminal each row is a line: the widest columns are cut, an id never', () => {
  const id = '01a21006-6e55-7646-9171-966421143187'
  const [, line = ''] = table(
    { columns: 80, styled: false },
    ['ID', 'NAME', 'WHAT'],
    [[id, 'short', 'a command that goes on for longer than any terminal is wide, and then some']],
  )
  expect(line).toMatch(new RegExp(`^${id}  short  a command that .*…$`))
  expect(widthOf(line)).toBe(80)
})

test('wide and combined characters count as what they take, and none is cut in two', () => {
  for (const columns of [7, 8, 9, 10, 11]) {
    const lines = table(
      { columns, styled: false },
      ['NAME', 'B'],
      [
        ['日本語日本語', 'x'],
        ['e\u0301e\u0301', 'y'],
      ],
    )
    expect(Math.max(...lines.map((line) => widthOf(line)))).toBeLessThanOrEqual(columns)
    expect(lines.join('')).not.toContain('\uFFFD')
  }
})

test('headings stand out where that can be shown', () => {
  expect(table({ columns: 80, styled: true }, ['A'], [['b']])).toEqual(['\u001b[1mA\u001b[0m', 'b'])
})
