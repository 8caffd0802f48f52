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

test('without a terminal, nothing is shortened', () => {
  const long = 'x'.repeat(500)
  expect(table(page, ['NAME'], [[long]])).toEqual(['NAME', long])
})

test('on a terminal each row is one line: the widest columns are shortened, but never an ID', () => {
  const id = '01a21006-6e55-7646-9171-966421143187'
  const [, line = ''] = table(
    { columns: 80, styled: false },
    ['ID', 'NAME', 'WHAT'],
    [[id, 'short', 'a command that is longer than any terminal is wide, and then a few words more']],
  )
  expect(line).toMatch(new RegExp(`^${id}  short  a command that .*…$`))
  expect(widthOf(line)).toBe(80)
})

test('wide and combined characters count by their width, and are never split', () => {
  for (const columns of [13, 14, 15, 16]) {
    const lines = table(
      { columns, styled: false },
      ['NAME', 'B'],
      [
        ['日本語日本語日本語', 'x'],
        ['e\u0301e\u0301', 'y'],
      ],
    )
    expect(lines).toHaveLength(3)
    expect(Math.max(...lines.map((line) => widthOf(line)))).toBeLessThanOrEqual(columns)
    expect(lines.join('')).not.toContain('\uFFFD')
  }
})

test('a time is never shortened', () => {
  const [, line] = table(
    { columns: 40, styled: false },
    ['LAST USED (UTC)', 'WHAT'],
    [['2027-01-31 12:00', 'a command that is longer than the column']],
  )
  expect(line).toBe('2027-01-31 12:00  a command that is lon…')
})

test('a narrow terminal does not show empty columns', () => {
  const headings = ['NAME', 'WHERE', 'ENDS']
  const rows = [['a-name-of-ten-and-more', '*/*', '']]
  expect(table({ columns: 80, styled: false }, headings, rows)[0]).toBe('NAME                    WHERE  ENDS')
  expect(table({ columns: 30, styled: false }, headings, rows)).toEqual([
    'NAME                    WHERE',
    'a-name-of-ten-and-more  */*',
  ])
})

test('if the columns would become too narrow, each row is a block of complete cells', () => {
  const id = '01a21006-6e55-7646-9171-966421143187'
  const headings = ['', 'ID', 'DEVICE', 'RACK', 'LAST USED (UTC)', 'FROM', 'ENDS']
  const some = [
    ['*', id, 'rack-gateway on laptop', 'every rack', '2027-01-31 12:00', '', 'ends in 30 days'],
    ['', id, 'phone\u001b', 'staging', 'not yet', '192.0.2.7', 'ends in 3 hours'],
  ]
  const narrow = table({ columns: 40, styled: false }, headings, some)
  expect(narrow).toEqual([
    `* ID: ${id}`,
    'DEVICE: rack-gateway on laptop',
    'RACK: every rack',
    'LAST USED (UTC): 2027-01-31 12:00',
    'ENDS: ends in 30 days',
    '',
    `ID: ${id}`,
    'DEVICE: phone\uFFFD',
    'RACK: staging',
    'LAST USED (UTC): not yet',
    'FROM: 192.0.2.7',
    'ENDS: ends in 3 hours',
  ])
  for (const columns of [60, 80]) expect(table({ columns, styled: false }, headings, some)).toEqual(narrow)
  expect(table({ columns: 120, styled: false }, headings, some)).toHaveLength(3)
  expect(table({ columns: 40, styled: true }, headings, some)[1]).toBe(
    '\u001b[1mDEVICE:\u001b[0m rack-gateway on laptop',
  )
})

test('headings are bold if styles are allowed', () => {
  expect(table({ columns: 80, styled: true }, ['A'], [['b']])).toEqual(['\u001b[1mA\u001b[0m', 'b'])
})
