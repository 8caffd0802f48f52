import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Run } from './screen-rows.ts'
import { VirtualTerminal } from './virtual-terminal.ts'

const esc = '\u001b'

function terminalWith(...output: readonly string[]): VirtualTerminal {
  const terminal = new VirtualTerminal({ cols: 20, rows: 5 })
  for (const data of output) terminal.apply({ at: 0, code: 'o', data })
  return terminal
}
const runsOf = (...output: string[]): readonly Run[] => terminalWith(...output).screen().rows[0]?.runs ?? []
const textOf = (terminal: VirtualTerminal) =>
  terminal.screen().rows.map(({ runs }) => runs.map(({ text }) => text).join(''))

describe('a row', () => {
  test('joins cells that look the same, and leaves out spaces at its end', () => {
    expect(runsOf(`plain ${esc}[31mred${esc}[0m   `)).toMatchObject([
      { text: 'plain ', cells: 6, style: { color: 'default', background: 'default', flags: [] } },
      { text: 'red', cells: 3, style: { color: 1 } },
    ])
  })

  test('has the 16 colors of a theme, the 240 of xterm, and true colors', () => {
    const colors = ['34', '94', '38;5;16', '38;5;231', '38;5;200', '38;5;244', '38;2;1;2;3', '38:2::1:2:3']
    expect(colors.map((color) => runsOf(`${esc}[${color}mx`)[0]?.style.color)).toEqual([
      4,
      12,
      'rgb(0 0 0)',
      'rgb(255 255 255)',
      'rgb(255 0 215)',
      'rgb(128 128 128)',
      'rgb(1 2 3)',
      'rgb(1 2 3)',
    ])
    expect(runsOf(`${esc}[48;5;200mx`)[0]?.style.background).toBe('rgb(255 0 215)')
  })

  test('inverts colors, also those of the theme', () => {
    expect(runsOf(`${esc}[7mx`)[0]?.style).toMatchObject({ color: 'inverse-default', background: 'inverse-default' })
    expect(runsOf(`${esc}[7;31mx`)[0]?.style).toMatchObject({ color: 'inverse-default', background: 1 })
  })

  test('has the styles of its text', () => {
    const all = `${esc}[1;2;3;4;8;9mx`
    expect(runsOf(all)[0]?.style.flags).toEqual(['bold', 'dim', 'italic', 'underline', 'strikethrough', 'invisible'])
  })

  test('gives a fixed width to characters whose width depends on the font', () => {
    expect(runsOf('a漢─é\u05d0')).toMatchObject([
      { text: 'a', isFixed: false },
      { text: '漢', cells: 2, isFixed: true },
      { text: '─é', cells: 2, isFixed: false },
      { text: '\u05d0', cells: 1, isFixed: true },
    ])
  })

  test('is the same object until it looks different', () => {
    const terminal = terminalWith('one\r\ntwo')
    const before = terminal.screen().rows
    terminal.apply({ at: 0, code: 'o', data: '!' })
    const after = terminal.screen().rows
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false])
  })
})

describe('hostile output', () => {
  test('is limited in size', () => {
    const huge = new VirtualTerminal({ cols: 100_000, rows: 100_000 })
    expect([huge.screen().cols, huge.screen().rows.length]).toEqual([500, 200])
    for (const data of ['100000x100000', '999999999x1', '9999999999x1', '-1x5', 'x', '0x0'])
      huge.apply({ at: 0, code: 'r', data })
    expect([huge.screen().cols, huge.screen().rows.length]).toEqual([2, 1])
  })

  test('has no effect but on the screen', () => {
    const sequences = [
      ']0;title\u0007',
      ']8;;https://example.com\u0007',
      ']52;c;aGk=\u0007',
      '[6n',
      '[c',
      'P$qm\u001b\\',
    ]
    expect(textOf(terminalWith(...sequences.map((sequence) => `${esc}${sequence}`), 'x'))[0]).toBe('x')
  })

  test('does not change the direction of text', () => {
    expect(textOf(terminalWith('user\u202egpj'))[0]).toBe('user\uFFFDgpj')
  })

  test('puts only a limited number of characters into a cell', () => {
    expect(textOf(terminalWith(`e${'\u0301'.repeat(10_000)}x`))[0]?.length).toBeLessThan(20)
  })

  test('with a huge parameter is applied with a limited parameter', () => {
    const huge = new VirtualTerminal({ cols: 500, rows: 100 })
    huge.apply({ at: 0, code: 'o', data: `x${esc}[9999b${esc}[2147483647b` })
    expect(textOf(huge).join('')).toBe('x'.repeat(501))
  })

  test('on which the terminal fails does not hide what follows', () => {
    expect(textOf(terminalWith(`${esc}[99;99H${esc}[?1049h${esc}[1J${esc}[Hstill here`))[0]).toBe('still here')
  })

  test('never throws, and leaves no control characters', () => {
    const alphabet = [...`${esc}[]();?0123456789hlmrABCDHJKLMPST@b\u0007\u009b\u009d\r\n\t漢e\u0301\u202e\ud83d`]
    const output = fc.array(fc.array(fc.constantFrom(...alphabet)).map((characters) => characters.join('')))
    fc.assert(
      fc.property(output, (pieces) => {
        const text = textOf(terminalWith(...pieces)).join('')
        expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
      }),
    )
  })
})
