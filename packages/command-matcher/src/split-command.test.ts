import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitCommand } from './split-command.ts'
import { quote } from './testing/quote.ts'

interface Recorded {
  command: string
  argv: string[] | null
  error?: string
}
const recorded: Recorded[] = JSON.parse(readFileSync(new URL('./testing/argv.json', import.meta.url), 'utf8'))

describe('splitting, as recorded from the rack', () => {
  test.each(recorded.map((one) => [JSON.stringify(one.command), one] as const))(
    '%s',
    (_name, { command, argv, error }) => {
      expect(splitCommand(command)).toEqual(argv === null ? { error } : { argv })
    },
  )

  test('the recording is complete', () => {
    expect(recorded.length).toBeGreaterThan(80)
  })
})

describe('splitting, beyond the recording', () => {
  test.each([
    ['\\\n rake', ['rake']],
    ['\\\n', []],
    ['a \\\n', ['a']],
    ['a\\\n b', ['a', 'b']],
    ["''\\\n''", ['']],
    ['"a\\\\"', ['a\\']],
    ['"a\\`b"', ['a`b']],
    ['"a b"\'c d\'e\\ f', ['a bc de f']],
    ['"\'"', ["'"]],
    ["'\"'", ['"']],
    ['a""b', ['ab']],
    ['"" ""', ['', '']],
    ['\u00a0', ['\u00a0']],
    ['\ufeffrake', ['\ufeffrake']],
    ['a\u2028b\u0085c', ['a\u2028b\u0085c']],
    ['\\\u{1f600}x', ['\u{1f600}x']],
    ['\ud800 \udc00', ['\ud800', '\udc00']],
  ])('%j', (command, argv) => {
    expect(splitCommand(command)).toEqual({ argv })
  })

  test.each([
    ['"a\\', 'Unterminated double-quoted string'],
    ["a 'b\\'c'", 'Unterminated single-quoted string'],
    ['a "b\\"', 'Unterminated double-quoted string'],
    ['a\\\n\\', 'Unterminated backslash-escape'],
  ])('%j is an error', (command, error) => {
    expect(splitCommand(command)).toEqual({ error })
  })
})

describe('splitting, for any text', () => {
  const anyText = fc.string({
    unit: fc.oneof(fc.constantFrom(...' \t\n\\\'"$`;ab'), fc.string({ unit: 'binary', maxLength: 1 })),
  })

  test('always returns words or an error', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const split = splitCommand(text)
        if ('argv' in split) expect(split.argv.join('').length).toBeLessThanOrEqual(text.length)
        else expect(split.error).toMatch(/^Unterminated /)
      }),
    )
  })

  test('splitting quoted words returns the same words', () => {
    const words = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 2 })))
    const gap = fc.stringMatching(/^[ \t\n]{1,3}$/)
    fc.assert(
      fc.property(words, gap, (pairs, between) => {
        const text = pairs.map(([word, style]) => quote(word, style)).join(between)
        expect(splitCommand(`${between}${text}${between}`)).toEqual({ argv: pairs.map(([word]) => word) })
      }),
    )
  })

  test('without quotes and backslashes, spaces, tabs, and newlines separate words', () => {
    const plain = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/['"\\]/g, ''))
    fc.assert(
      fc.property(plain, (text) => {
        expect(splitCommand(text)).toEqual({ argv: text.split(/[ \t\n]+/).filter((word) => word !== '') })
      }),
    )
  })

  test('splitting bytes or characters gives the same result', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = splitCommand(Buffer.from(text).toString('latin1'))
        const characters = splitCommand(text)
        if ('error' in bytes || 'error' in characters) expect(bytes).toEqual(characters)
        else expect(bytes.argv.map((word) => Buffer.from(word, 'latin1').toString())).toEqual(characters.argv)
      }),
    )
  })

  test('the time is bounded for a long command', () => {
    const split = splitCommand(`${'\\"'.repeat(1_000_000)} '${'x'.repeat(1_000_000)}'`)
    expect('argv' in split && split.argv.map((word) => word.length)).toEqual([1_000_000, 1_000_000])
  })
})
