import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxCommandBytes } from './command-length.ts'
import { compileRules } from './compile-rules.ts'
import { matchCommand } from './match-command.ts'
import { readCommand } from './read-command.ts'
import type { ArgvWord, CommandDecision, CommandRule } from './types.ts'
import { parseWords } from './word-syntax.ts'

/** Matches the command of a header against a rule in its text syntax. */
function matchHeader(run: string, command: string): CommandDecision | 'unreadable' {
  const { argv } = readCommand(Buffer.from(command).toString('latin1'), 'exec')
  return argv === null ? 'unreadable' : matchWords(run, argv)
}

function matchWords(run: string, argv: readonly string[]): CommandDecision {
  const written = parseWords(run)
  if ('problem' in written) throw new Error(written.problem)
  return matchCommand(compileRules([rule(written.words)]), {
    argv,
    service: 'command',
    app: 'web',
    rack: 'staging',
    mode: 'exec',
    roles: ['deployer'],
  })
}

function rule(argv: readonly ArgvWord[], id = 'reports'): CommandRule {
  return { id, argv, services: ['command'], roles: ['deployer'] }
}

const allowed = { effect: 'allow', rule: 'reports' }
const denied = { effect: 'deny' }

describe('a word with a * at its end', () => {
  test.each([
    ['rake reports:*', 'rake reports:daily'],
    ['rake reports:*', 'rake reports:daily:all_of-it.v2'],
    ['rake reports:*', "rake 'reports:daily'"],
    ['rake reports:*', 'rake reports:-x'],
    ['bin/report-* <id:integer>', 'bin/report-daily 42'],
    ['bin/* …', 'bin/export --all'],
    ['rake reports:* a|b', 'rake reports:x b'],
  ])('%s allows %s', (run, command) => {
    expect(matchHeader(run, command)).toMatchObject(allowed)
  })

  test.each([
    ['nothing after the prefix', 'rake reports:'],
    ['another prefix', 'rake report:daily'],
    ['the prefix inside the word', 'rake xreports:daily'],
    ['another letter case', 'rake Reports:daily'],
    ['a value with a space', "rake 'reports:daily all'"],
    ['an option after it', 'rake reports:daily --trace'],
    ['an option before it', 'rake --trace reports:daily'],
    ['an option instead', 'rake --reports:daily'],
    ['another word after it', 'rake reports:daily db:drop'],
    ['an empty word after it', "rake reports:daily ''"],
    ['an assignment', 'rake reports:daily=1'],
    ['arguments of rake', 'rake reports:daily[1]'],
    ['a path', 'rake reports:../x'],
    ['a * of its own', 'rake reports:*'],
    ['a letter outside of ASCII', 'rake reports:d\u0430ily'],
    ['a space outside of ASCII', 'rake reports:daily\u00a0x'],
    ['a zero-width space', 'rake reports:daily\u200b'],
    ['a full-width colon', 'rake reports\uff1adaily'],
    ['a NUL', 'rake reports:daily\0'],
    ['a NUL alone', 'rake reports:\0'],
    ['a newline within quotes', "rake 'reports:daily\n'"],
    ['a carriage return', 'rake reports:daily\r'],
    ['a ;', 'rake reports:daily;sh'],
    ['a ; alone', 'rake reports:daily ; sh'],
    ['&&', 'rake reports:daily&&sh'],
    ['a pipe', 'rake reports:daily|sh'],
    ['a substitution', 'rake reports:$(id)'],
    ['a backtick', 'rake reports:`id`'],
    ['a redirection', 'rake reports:daily>x'],
    ['a word that is too long', `rake reports:${'x'.repeat(300)}`],
    ['3,000 more words', `rake reports:daily${' x'.repeat(3_000)}`],
  ])('does not allow %s', (_, command) => {
    expect(matchHeader('rake reports:*', command)).toMatchObject(denied)
  })

  test.each([
    ['data/*', ['data/..', 'data/.', 'data/../x', 'data/']],
    ['.*', ['..', '.']],
    ['data/.*', ['data/..']],
  ])('%s never matches a parent directory', (run, words) => {
    for (const word of words) expect({ word, ...matchWords(run, [word]) }).toMatchObject(denied)
  })

  test('a command up to the maximum length is decided, and a longer one is too long', () => {
    const longest = (second: string) => ['rake', second, ...Array.from({ length: 4_092 }, () => 'x')]
    expect(longest('x1').join(' ')).toHaveLength(maxCommandBytes - 1)
    expect(matchWords('rake x* …', longest('x1'))).toMatchObject(allowed)
    for (const [second, rule] of [
      ['x', 'no-rule'],
      ['a1', 'no-rule'],
      ['x;', 'shell-syntax'],
    ] as const) {
      expect(matchWords('rake x* …', longest(second))).toMatchObject({ effect: 'deny', rule })
    }
    expect(matchWords('rake x* …', longest('x123'))).toMatchObject({ effect: 'deny', rule: 'too-long' })
  })

  test('allows only the prefix and at least one plain character', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...'ab:.-_/=;*<\0 \n'), fc.string({ unit: 'binary', maxLength: 1 })),
      maxLength: 6,
    })
    fc.assert(
      fc.property(text, (rest) => {
        const decision = matchWords('rake reports:*', ['rake', `reports:${rest}`])
        expect(decision.effect).toBe(/^[A-Za-z0-9_:.-]+$/.test(rest) ? 'allow' : 'deny')
      }),
    )
  })
})

describe('several prefixes', () => {
  const rules = compileRules([
    rule(['rake', { prefix: 'r' }], 'shortest'),
    rule(['rake', 'reports:daily'], 'exact'),
    rule(['rake', { prefix: 'reports:' }], 'long'),
    rule(['rake', { prefix: 'backups' }], 'as-long'),
    rule(['rake', { prefix: 'reports:' }, 'now'], 'longer'),
  ])
  const context = { service: 'command', app: 'web', rack: 'staging', mode: 'exec', roles: ['deployer'] } as const

  test.each([
    ['rake reports:daily', 'shortest'],
    ['rake backups2', 'as-long'],
    ['rake reports:daily now', 'longer'],
    ['rake backups', 'no-rule'],
    ['rake r', 'no-rule'],
  ])('%s is decided by %s: the first rule in the list that matches', (command, id) => {
    expect(matchCommand(rules, { ...context, argv: command.split(' ') })).toMatchObject({ rule: id })
  })
})

describe('a denial', () => {
  test('lists the prefix in the syntax of rules and explains it', () => {
    expect(matchHeader('rake reports:*', 'rake reports:')).toMatchObject({
      reason:
        '"rake reports:" is not allowed: on the service "command" of the app web, the role deployer can run only: rake reports:*. ' +
        'A * stands for one or more letters, digits, and _ : . - of the same word.',
    })
  })

  test('explains nothing if no prefix is listed', () => {
    expect(matchHeader('rake reports:x', 'rake')).toMatchObject({ reason: expect.not.stringContaining('*') })
  })
})
