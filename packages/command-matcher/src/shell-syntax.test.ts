import { describe, expect, test } from 'vitest'
import { shellSyntax } from './shell-syntax.ts'
import { splitCommand } from './split-command.ts'

function find(command: string) {
  const split = splitCommand(command)
  if ('error' in split) throw new Error(split.error)
  return shellSyntax(split.argv)
}

describe('shell syntax', () => {
  test.each([
    ['rake db:migrate; sh', 'db:migrate;', 1],
    ['rake db:migrate && sh', '&&', 2],
    ['rake db:migrate || sh', '||', 2],
    ['rake db:migrate & sh', '&', 2],
    ['rake|sh', 'rake|sh', 0],
    ['rake < in', '<', 1],
    ['rake 2>/dev/null', '2>/dev/null', 1],
    ['rake `id`', '`id`', 1],
    ['rake $(id)', '$(id)', 1],
    ['rake $HOME', '$HOME', 1],
    ['rake "$HOME"', '$HOME', 1],
    ["rake '$HOME'", '$HOME', 1],
    ['(rake db:migrate)', '(rake', 0],
    ['! rake', '!', 0],
    ["sh -c 'a && b'", 'a && b', 2],
  ])('%s: %s', (command, word, index) => {
    const found = find(command)
    expect(found?.first).toBe(index)
    expect(found?.reason).toContain(`"${word}"`)
    expect(found?.reason).toContain('The rack runs a command without a shell')
  })

  test.each([
    ["rake 'a\nsh'", 'a newline'],
    ['rake a\rsh', 'a carriage return'],
    ['rake a\0sh', 'a NUL'],
    ['rake `id`', 'a backtick'],
    ['rake \x1b[2J', 'a control character'],
    ['rake \x7f', 'a control character'],
  ])('%j contains %s', (command, name) => {
    expect(find(command)?.reason).toContain(`contains ${name}`)
  })

  test.each([
    'bin/pre_release',
    'rake db:migrate',
    'rake task[1,2]',
    'rake {a,b}',
    'rails runner puts(1)',
    'a#b',
    'a*b',
    '~',
    'a=b',
    'réke 日本',
    'rake !important',
    "''",
    'date +%s',
  ])('%s has none', (command) => {
    expect(find(command)).toBeNull()
  })

  test('the first and the last index are found', () => {
    expect(shellSyntax(['a', ';', 'b', '|', 'c'])).toMatchObject({ first: 1, last: 3 })
  })

  test('the explanation says what the word would be, and the remedy', () => {
    expect(find('rake db:migrate && sh')).toMatchObject({
      reason:
        '"&&" contains "&", which is shell syntax. The rack runs a command without a shell, so the word would only be an argument of "rake".',
      remedy:
        'Run one command without shell syntax at a time, or put the steps into a script of the app and ask for a rule that allows it.',
    })
    expect(find('rake|sh')?.reason).toContain('so the word would only be the name of the program')
  })

  test('the explanation contains no percent sign, line break, or escape sequence of the caller', () => {
    const reason = shellSyntax(['%s%n', '\x1b[31m%d\n\u202e;'])?.reason
    expect(reason).toMatch(/^[\x20-\x7e…]+$/)
    expect(reason).not.toContain('%')
  })

  test('a word of a megabyte is shortened', () => {
    expect(shellSyntax(['x', `;${'y'.repeat(1_000_000)}`])?.reason.length).toBeLessThan(500)
  })
})
