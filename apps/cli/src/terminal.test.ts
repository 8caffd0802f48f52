import { expect, test } from 'vitest'
import { printable, table } from './terminal.ts'

test('a name from elsewhere cannot command the terminal, nor reverse or hide text', () => {
  expect(printable('\u001b]52;c;ZXZpbA==\u0007ok\r\n')).toBe('\uFFFD]52;c;ZXZpbA==\uFFFDok\uFFFD\uFFFD')
  expect(printable('\u009b31m\u202Egnp\u200B')).toBe('\uFFFD31m\uFFFDgnp\uFFFD')
  expect(printable('über-rack 日本')).toBe('über-rack 日本')
})

test('a table has its columns under their headings, and no space at the ends of lines', () => {
  expect(
    table(
      ['', 'NAME', 'URL'],
      [
        ['*', 'a', 'https://x'],
        ['', 'longer\u001b', ''],
      ],
    ),
  ).toEqual(['   NAME     URL', '*  a        https://x', '   longer\uFFFD'])
})
