import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRules } from './compile-rules.ts'
import { matchCommand } from './match-command.ts'
import { readCommand } from './read-command.ts'
import { matchTypical } from './testing/match-typical.ts'
import { quote } from './testing/quote.ts'
import type { CommandRule } from './types.ts'

const approved = [
  'bin/pre_release',
  'rake stripe:prepare',
  'run_as_deploy rake checks:verify_dns checks:generate_test_submission',
] as const

function effects(command: string): string[] {
  return (['detached', 'exec'] as const).map((mode) => matchTypical(command, { mode }).effect)
}

describe('only the exact approved command is allowed', () => {
  test.each(approved)('%s is allowed, with any quoting', (command) => {
    const words = command.split(' ')
    for (const style of [0, 1, 2]) {
      expect(effects(words.map((word) => quote(word, style)).join(' \t\n '))).toEqual(['allow', 'allow'])
    }
  })

  const additions = [
    [
      'a second command',
      ['; sh', ';sh', ' && sh', ' || sh', ' | sh', ' & sh', ' `id`', ' $(id)', '\0', ' \0', ' > /tmp/x', ' >/tmp/x'],
    ],
    [
      'more arguments',
      [' db:drop', ' --trace -f /tmp/Rakefile', ' -r ./evil', ' --', ' -- x', " ''", ' ""', ' #', ' # comment'],
    ],
    [
      'an invisible character, an escape, or an open quote',
      [
        '\u00a0',
        '\u2003',
        ' \u00a0',
        '\u200b',
        '\ufeff',
        '\r',
        '\v',
        '\f',
        '\\',
        ' \\',
        ' \\ ',
        "'",
        '"',
        "\\'",
        '\ud800',
      ],
    ],
    ['a very long argument or many arguments', [` ${'x'.repeat(10_000)}`, ' x'.repeat(5000)]],
  ] as const
  const cases = approved.flatMap((command) => additions.map(([name, suffixes]) => ({ name, command, suffixes })))

  test.each(cases)('$name after $command: denied', ({ command, suffixes }) => {
    for (const suffix of suffixes) {
      expect({ suffix, effects: effects(command + suffix) }).toEqual({ suffix, effects: ['deny', 'deny'] })
    }
  })

  test('a newline separates words for the rack, so the next line is an argument', () => {
    expect(effects('rake stripe:prepare\nsh')).toEqual(['deny', 'deny'])
    expect(matchTypical("rake 'stripe:prepare\nsh'")).toMatchObject({ rule: 'shell-syntax' })
  })

  test.each([
    'sh -c "rake stripe:prepare"',
    'sh -c rake\\ stripe:prepare',
    'bash -lc bin/pre_release',
    'env X=1 rake stripe:prepare',
    'RAILS_ENV=production rake stripe:prepare',
    'bundle exec rake stripe:prepare',
    '/bin/rake stripe:prepare',
    './rake stripe:prepare',
    './bin/pre_release',
    '/app/bin/pre_release',
    'bin//pre_release',
    'bin/./pre_release',
    'bin/../bin/pre_release',
    '-- rake stripe:prepare',
    "'' bin/pre_release",
    'exec bin/pre_release',
    'sudo bin/pre_release',
    'timeout 60 bin/pre_release',
  ])('%s is another program', (command) => {
    expect(effects(command)).toEqual(['deny', 'deny'])
  })

  test.each([
    'rake -r ./evil stripe:prepare',
    'rake -f /tmp/Rakefile stripe:prepare',
    'rake --trace stripe:prepare',
    'rake -- stripe:prepare',
    'rake stripe:prepare stripe:prepare',
    'rake checks:verify_dns',
    'run_as_deploy rake checks:verify_dns',
    'run_as_deploy rake checks:generate_test_submission checks:verify_dns',
    'run_as_deploy sh',
  ])('%s has other arguments', (command) => {
    expect(effects(command)).toEqual(['deny', 'deny'])
  })

  test.each([
    'Rake stripe:prepare',
    'rake Stripe:prepare',
    'RAKE STRIPE:PREPARE',
    'rake\u00a0stripe:prepare',
    "'rake stripe:prepare'",
    '"rake" "stripe: prepare"',
    'rake\\ stripe:prepare',
    'rake stripe\\:prepare\\',
    'rake stripe\uff1aprepare',
    'rake strip\u0435:prepare',
    'rake stripe:prepar\u0065\u0301',
    'bin\\/pre_release\\',
    'bin\uff0fpre_release',
    'bin\\\\pre_release',
    'bin/pre_release\\\n.sh',
  ])('%j is a look-alike', (command) => {
    expect(effects(command)).toEqual(['deny', 'deny'])
  })

  test('invalid UTF-8 matches no rule', () => {
    for (const bytes of [
      'bin/pre_release\xa0',
      '\xc0\xafbin/pre_release',
      'bin\xc0\xafpre_release',
      'rake stripe:prepar\xe9',
    ]) {
      const { argv } = readCommand(bytes, 'exec')
      expect(argv && matchTypical('', { argv, mode: 'exec' }).effect).toBe('deny')
    }
  })

  test('a rule is never read as a regular expression', () => {
    const rule: CommandRule = { id: 'x', argv: ['(a+)+$', '.*'], services: ['command'], roles: ['deployer'] }
    const call = { service: 'command', app: 'web', rack: 'staging', mode: 'exec', roles: ['deployer'] } as const
    const rules = compileRules([rule])
    expect(matchCommand(rules, { ...call, argv: ['aaaa', 'x'] }).effect).toBe('deny')
    expect(matchCommand(rules, { ...call, argv: ['(a+)+$', '.*'] }).effect).toBe('allow')
    expect(matchCommand(rules, { ...call, argv: ['a'.repeat(8000)] }).effect).toBe('deny')
  })

  test('a detached run and an exec get the same decision, and the POST of an attached run is denied', () => {
    for (const command of [...approved, 'sh', 'rake db:migrate', 'sleep 10; sh']) {
      const [detached, exec] = effects(command)
      expect(detached).toBe(exec)
    }
    expect(matchTypical('bin/pre_release', { mode: 'attached' }).effect).toBe('deny')
  })

  test('a rule does not apply to another service, app, or rack', () => {
    for (const service of ['web', 'worker', 'build', 'Command', 'command ', '']) {
      expect(
        effects('bin/pre_release').concat(matchTypical('bin/pre_release', { service, mode: 'exec' }).effect),
      ).toEqual(['allow', 'allow', 'deny'])
    }
    const limited = compileRules([
      { id: 'x', argv: ['bin/x'], services: ['command'], roles: ['deployer'], apps: ['web'], racks: ['staging'] },
    ])
    const call = {
      argv: ['bin/x'],
      service: 'command',
      app: 'web',
      rack: 'staging',
      mode: 'exec',
      roles: ['deployer'],
    } as const
    expect(matchCommand(limited, call).effect).toBe('allow')
    expect(matchCommand(limited, { ...call, app: 'web2' }).effect).toBe('deny')
    expect(matchCommand(limited, { ...call, rack: 'production' }).effect).toBe('deny')
  })
})

describe('for any text', () => {
  const anyText = fc.string({
    unit: fc.oneof(fc.constantFrom(...' \t\n\\\'"$`;|&-/:a'), fc.string({ unit: 'binary', maxLength: 1 })),
  })

  test('text before or after an approved command is denied', () => {
    fc.assert(
      fc.property(fc.constantFrom(...approved), anyText, anyText, (command, before, behind) => {
        const text = `${before}${command}${behind}`
        // Spaces and balanced quotes add nothing. Every other character is part of a word.
        fc.pre(/[^ \t\n'"\\]/.test(before + behind))
        expect(effects(text)).toEqual(['deny', 'deny'])
      }),
    )
  })

  test('a deployer is allowed exactly the approved words, and every text has a decision', () => {
    const words = fc.array(fc.constantFrom(...approved.flatMap((command) => command.split(' ')), 'sh', '-c', '', ';'), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(words, (argv) => {
        const expected = approved.some((command) => JSON.stringify(command.split(' ')) === JSON.stringify(argv))
        expect(matchTypical('', { argv }).effect).toBe(expected ? 'allow' : 'deny')
      }),
    )
  })

  test('no text throws, and no explanation contains a percent sign', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('deployer', 'admin'), (text, role) => {
        const decision = matchTypical(text, { roles: [role], mode: 'exec' })
        if (decision.effect === 'deny') expect(decision.reason).not.toMatch(/[%\n\r\0]/)
      }),
    )
  })
})
