import { describe, expect, test } from 'vitest'
import { compileRules } from './compile-rules.ts'
import { hasAnyRule, matchCommand } from './match-command.ts'
import { matchTypical } from './testing/match-typical.ts'
import type { CommandCall, CommandOptions, CommandRule } from './types.ts'

const call: CommandCall = {
  argv: ['rake', 'a'],
  service: 'command',
  app: 'web',
  rack: 'staging',
  mode: 'exec',
  roles: ['deployer'],
}
function rule(change: Partial<CommandRule>): CommandRule {
  return { id: 'one', argv: ['rake', 'a'], services: ['command'], roles: ['deployer'], ...change }
}
function match(rules: CommandRule[], change: Partial<CommandCall> = {}) {
  return matchCommand(compileRules(rules), { ...call, ...change })
}

describe('words', () => {
  test('literals match word for word', () => {
    expect(match([rule({})])).toMatchObject({ effect: 'allow', rule: 'one' })
    for (const argv of [['rake'], ['rake', 'a', 'b'], ['rake', 'A'], ['rake', 'a', ''], ['rake a'], ['a', 'rake']]) {
      expect(match([rule({})], { argv })).toMatchObject({ effect: 'deny', rule: 'no-rule' })
    }
  })

  test('a choice matches exactly its literals', () => {
    const rules = [rule({ argv: ['rake', ['a', 'b']] })]
    expect(match(rules, { argv: ['rake', 'a'] }).effect).toBe('allow')
    expect(match(rules, { argv: ['rake', 'b'] }).effect).toBe('allow')
    expect(match(rules, { argv: ['rake', 'ab'] }).effect).toBe('deny')
    expect(match(rules, { argv: ['rake', 'a', 'b'] }).effect).toBe('deny')
  })

  test('a rest matches any number of words', () => {
    const rules = [rule({ argv: ['rake', { rest: true }] })]
    expect(match(rules, { argv: ['rake'] }).effect).toBe('allow')
    expect(match(rules, { argv: ['rake', 'x', 'y', ''] }).effect).toBe('allow')
    expect(match(rules, { argv: ['rakes'] }).effect).toBe('deny')
  })

  test('a rest never matches shell syntax, at any position', () => {
    const rules = [rule({ argv: ['rake', { rest: true }] })]
    for (const argv of [
      ['rake', ';'],
      ['rake', 'x', '&&', 'sh'],
      ['rake', 'x', 'y|z'],
      ['rake', '$(id)'],
    ]) {
      expect(match(rules, { argv })).toMatchObject({ effect: 'deny', rule: 'shell-syntax' })
    }
  })

  test('shell syntax is allowed if a rule contains this word', () => {
    expect(match([rule({ argv: ['psql', ';'] })], { argv: ['psql', ';'] }).effect).toBe('allow')
    expect(match([rule({ argv: ['psql', ';', { rest: true }] })], { argv: ['psql', ';', 'x'] }).effect).toBe('allow')
    expect(match([rule({ argv: ['psql', ';', { rest: true }] })], { argv: ['psql', ';', '|'] }).effect).toBe('deny')
  })

  test('names of inherited properties are ordinary words', () => {
    for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(match([rule({})], { argv: [word] }).effect).toBe('deny')
      expect(match([rule({ argv: [word] })], { argv: [word] }).effect).toBe('allow')
    }
  })
})

describe('services, apps, racks, roles, and modes', () => {
  test.each<[Partial<CommandRule>, Partial<CommandCall>]>([
    [{ services: ['command'] }, { service: 'web' }],
    [{ services: ['command'] }, { service: '' }],
    [{ services: ['command'] }, { service: 'Command' }],
    [{ apps: ['api', 'w*2'] }, {}],
    [{ apps: [] }, {}],
    [{ racks: ['production*'] }, {}],
    [{ modes: ['detached'] }, {}],
    [{ roles: ['admin'] }, {}],
    [{}, { roles: [] }],
    [{ roles: ['deploy*'] }, {}],
  ])('the rule %j does not apply to %j', (limits, change) => {
    expect(match([rule(limits)], change).effect).toBe('deny')
  })

  test.each<[Partial<CommandRule>, Partial<CommandCall>]>([
    [{ services: ['*'] }, { service: 'web' }],
    [{ services: ['*'] }, { service: '' }],
    [{ apps: ['w*'], racks: ['*ging'] }, {}],
    [{ modes: ['detached', 'exec'] }, {}],
    [{}, { roles: ['viewer', 'deployer'] }],
  ])('the rule %j applies to %j', (limits, change) => {
    expect(match([rule(limits)], change).effect).toBe('allow')
  })

  test('a decision names the first matching rule in the list', () => {
    const rest = rule({ id: 'rest', argv: [{ rest: true }] })
    const exact = rule({ id: 'exact' })
    expect(match([rest, exact])).toMatchObject({ rule: 'rest' })
    expect(match([exact, rest])).toMatchObject({ rule: 'exact' })
    expect(match([rule({ id: 'other', apps: ['api'] }), exact])).toMatchObject({ rule: 'exact' })
  })

  test('runs are allowed only on run services, for any rules', () => {
    const rules = [rule({ services: ['*'], argv: [{ rest: true }] })]
    for (const mode of ['attached', 'detached'] as const) {
      expect(match(rules, { mode, service: 'web', argv: ['sleep', '10'] })).toEqual({
        effect: 'deny',
        rule: 'run-service',
        reason: 'Runs are not allowed on the service web.',
        remedy: 'Use the service command.',
      })
    }
    const opened = compileRules(rules, { runServices: ['command', 'web'] })
    expect(matchCommand(opened, { ...call, mode: 'detached', service: 'web' }).effect).toBe('allow')
    expect(matchCommand(compileRules(rules, { runServices: [] }), { ...call, mode: 'detached' }).effect).toBe('deny')
  })
})

describe('attached runs', () => {
  const start: Partial<CommandCall> = { mode: 'attached', argv: ['sleep', '3600'] }

  test('the POST is allowed if a rule allows an exec on the same service', () => {
    expect(match([rule({})], start)).toMatchObject({ effect: 'allow', rule: 'attached-start' })
  })

  test('the POST is denied if no rule could allow the exec', () => {
    expect(match([rule({ modes: ['detached'] })], start).effect).toBe('deny')
    expect(match([rule({ apps: ['api'] })], start).effect).toBe('deny')
    expect(match([rule({})], { ...start, roles: ['viewer'] })).toEqual({
      effect: 'deny',
      rule: 'no-rule',
      reason: 'A run is not allowed: on the service "command" of the app web, the role viewer can run no command.',
      remedy: 'Ask an administrator for a role or a rule that allows it.',
    })
  })

  test('a rule for attached runs allows the start, and its command only in the caller’s own run', () => {
    const rules = [rule({ modes: ['attached'] })]
    expect(match(rules, start)).toMatchObject({ effect: 'allow', rule: 'attached-start' })
    expect(match(rules, { mode: 'own-exec' }).effect).toBe('allow')
    expect(match(rules, { mode: 'exec' }).effect).toBe('deny')
    expect(match(rules, { mode: 'detached' }).effect).toBe('deny')
    expect(match([rule({ modes: ['exec'] })], { mode: 'own-exec' }).effect).toBe('allow')
    expect(match([rule({ modes: ['detached'] })], { mode: 'own-exec' }).effect).toBe('deny')
  })

  test('the POST can have no command except sleep N', () => {
    for (const argv of [
      ['rake', 'a'],
      ['sleep'],
      ['sleep', '0'],
      ['sleep', '86401'],
      ['sleep 10'],
      ['sleep', '1', '2'],
      ['sh'],
    ]) {
      expect(match([rule({}), rule({ id: 'any', argv: [{ rest: true }] })], { ...start, argv }).effect).toBe('deny')
    }
  })

  test('an exec of sleep N needs a rule, as any other exec does', () => {
    expect(match([rule({})], { ...start, mode: 'exec' }).effect).toBe('deny')
  })

  test('hasAnyRule checks for an exec', () => {
    const { argv: _argv, mode: _mode, ...context } = call
    expect(hasAnyRule(compileRules([rule({})]), context)).toBe(true)
    expect(hasAnyRule(compileRules([rule({ modes: ['detached'] })]), context)).toBe(false)
    expect(hasAnyRule(compileRules([rule({})]), { ...context, roles: [] })).toBe(false)
    expect(hasAnyRule(compileRules([rule({})]), { ...context, rack: 'production', service: 'web' })).toBe(false)
    expect(hasAnyRule(compileRules([]), context)).toBe(false)
  })
})

describe('explanations', () => {
  test('name the allowed commands, and the roles that can run this one', () => {
    expect(matchTypical('rake db:migrate')).toEqual({
      effect: 'deny',
      rule: 'no-rule',
      nearest: expect.objectContaining({ id: 'migrate-and-seed' }),
      reason:
        '"rake db:migrate" is not allowed: on the service "command" of the app web, the role deployer can run only: bin/pre_release, ' +
        'run_as_deploy rake checks:verify_dns checks:generate_test_submission, rake stripe:prepare.',
      remedy: 'The role admin can run this command. Ask someone who has it.',
    })
  })

  test('say that nothing is allowed', () => {
    expect(matchTypical('bin/pre_release', { roles: ['viewer', 'ops'] })).toMatchObject({
      reason: expect.stringContaining('the roles viewer and ops can run no command.'),
      remedy: expect.stringMatching(/^The roles deployer, ci, and admin can run this command/),
    })
    expect(matchTypical('ls', { roles: [], mode: 'exec', service: '' })).toMatchObject({
      reason: expect.stringContaining('in a process without a service of the app web, you can run no command'),
    })
  })

  test('an empty or long command is denied first', () => {
    expect(matchTypical('', { roles: ['admin'] })).toMatchObject({ rule: 'empty' })
    expect(matchTypical(' \t\n', { roles: ['admin'], mode: 'exec' })).toMatchObject({ rule: 'empty' })
    expect(matchTypical('x'.repeat(8192), { roles: ['admin'] }).effect).toBe('allow')
    expect(matchTypical('x'.repeat(8193), { roles: ['admin'] })).toMatchObject({ rule: 'too-long' })
    expect(matchTypical('é '.repeat(4000), { roles: ['admin'] })).toMatchObject({ rule: 'too-long' })
  })

  test('are one line without percent signs, for any input', () => {
    const names = { app: 'a%s\n', service: 'command', roles: ['r%d\x1b'] }
    const decision = matchTypical("date '+%s\n\u202e\x1b[31m'", names)
    expect(decision).toMatchObject({ effect: 'deny', reason: expect.not.stringMatching(/[%\n\x1b\u202e]/) })
    expect(matchTypical('rake', { service: '%s\r\n' })).toMatchObject({ reason: expect.not.stringMatching(/[%\r\n]/) })
  })

  test('list a limited number of rules', () => {
    const rules = Array.from({ length: 30 }, (_, at) => rule({ id: `r${at}`, argv: [`command${at}`] }))
    expect(match(rules)).toMatchObject({ reason: expect.stringMatching(/command7, and more\.$/) })
    expect(match([rule({ argv: ['a', ['b', 'c'], { rest: true }] })])).toMatchObject({
      reason: expect.stringContaining('only: a b|c ….'),
    })
  })
})

describe('words of a type', () => {
  const rules = [rule({ argv: ['export', { name: 'user', type: 'integer' }] })]

  test('match exactly the words of that type', () => {
    expect(match(rules, { argv: ['export', '42'] })).toMatchObject({ effect: 'allow', rule: 'one' })
    for (const word of ['', '-1', '4 2', '4;2', '0x4', '٤', '1'.repeat(19), 'all', '--all'])
      expect(match(rules, { argv: ['export', word] }).effect).toBe('deny')
    expect(match(rules, { argv: ['export'] }).effect).toBe('deny')
    expect(match(rules, { argv: ['export', '42', '43'] }).effect).toBe('deny')
  })

  test.each([
    [
      'word',
      ['users:export', 'a/b.c@d', '_x'],
      ['-x', '--flag', 'a b', 'a;b', '$(id)', '`id`', '', '/etc/passwd', 'é'],
    ],
    ['name', ['web-1', '0'], ['Web', '-web', 'w_b', '']],
    ['uuid', ['0197f0a0-0000-7000-8000-00000000000a'], ['0197f0a0', '{0197f0a0-0000-7000-8000-00000000000a}']],
    ['date', ['2030-01-31'], ['2030-1-31', '2030-13-01', '2030-01-32', '30-01-01']],
    ['release', ['RABCDEFGHIJ'], ['RABCDEFGHI', 'rabcdefghij', 'BABCDEFGHIJ']],
  ] as const)('a %s', (type, good, bad) => {
    const typed = [rule({ argv: ['x', { name: 'it', type }] })]
    for (const word of good) expect({ word, ...match(typed, { argv: ['x', word] }) }).toMatchObject({ effect: 'allow' })
    for (const word of bad) expect({ word, ...match(typed, { argv: ['x', word] }) }).toMatchObject({ effect: 'deny' })
  })

  test('a decision names the first rule, for literals and types', () => {
    const literal = rule({ id: 'literal', argv: ['export', '42'] })
    expect(match([...rules, literal], { argv: ['export', '42'] })).toMatchObject({ rule: 'one' })
    expect(match([literal, ...rules], { argv: ['export', '42'] })).toMatchObject({ rule: 'literal' })
  })

  test('a literal does not hide the rules after a type', () => {
    const deep = rule({ id: 'deep', argv: ['a', { name: 'x', type: 'word' }, 'c'] })
    const literal = rule({ id: 'literal', argv: ['a', 'b', 'd'] })
    expect(match([literal, deep], { argv: ['a', 'b', 'c'] })).toMatchObject({ rule: 'deep' })
    expect(match([literal, deep], { argv: ['a', 'b', 'd'] })).toMatchObject({ rule: 'literal' })
  })

  test('are listed in the syntax of rules', () => {
    expect(match(rules, { argv: ['x'] })).toMatchObject({
      reason: expect.stringContaining('only: export <user:integer>.'),
    })
  })
})

describe('start options', () => {
  const usual: CommandOptions = { interactive: false, entrypoint: false, environment: [], newestRelease: true }
  const started = (limits: Partial<CommandRule>, change: Partial<CommandOptions>) =>
    match([rule(limits)], { options: { ...usual, ...change } })

  test.each<[Partial<CommandRule>, Partial<CommandOptions>, RegExp]>([
    [{ interactive: true }, { interactive: false }, /only with a terminal/],
    [{ interactive: false }, { interactive: true }, /only without a terminal/],
    [{ entrypoint: true }, { entrypoint: false }, /only with the image's entrypoint/],
    [{ entrypoint: false }, { entrypoint: true }, /only without the image's entrypoint/],
    [{}, { environment: ['PATH'] }, /only without the environment key PATH/],
    [{ environment: ['DEBUG*'] }, { environment: ['DEBUG', 'PATH'] }, /only without the environment key PATH/],
    [{ releases: 'newest' }, { newestRelease: false }, /only with the newest release/],
  ])('the rule %j does not allow %j', (limits, change, reason) => {
    expect(started(limits, change)).toMatchObject({
      effect: 'deny',
      rule: 'options',
      reason: expect.stringMatching(reason),
    })
  })

  test.each<[Partial<CommandRule>, Partial<CommandOptions>]>([
    [{}, {}],
    [{}, { interactive: true, entrypoint: true, newestRelease: false }],
    [{ interactive: true }, { interactive: null }],
    [{ environment: ['DEBUG*'] }, { environment: ['DEBUG', 'DEBUG_SQL'] }],
    [{ releases: 'newest' }, { newestRelease: null }],
    [{ releases: 'any' }, { newestRelease: false }],
  ])('the rule %j allows %j', (limits, change) => {
    expect(started(limits, change)).toMatchObject({ effect: 'allow', rule: 'one' })
  })

  test('another matching rule allows it', () => {
    const both = [rule({ interactive: true }), rule({ id: 'two' })]
    expect(match(both, { options: usual })).toMatchObject({ effect: 'allow', rule: 'two' })
  })

  test('a failed condition is explained in its own words', () => {
    const explanation = { reason: 'Not on Sundays.', remedy: 'Wait for Monday.' }
    const explainUnmet = ({ id }: CommandRule) => (id === 'one' ? explanation : null)
    expect(match([rule({})], { checkConditions: explainUnmet })).toMatchObject({
      effect: 'deny',
      rule: 'condition',
      nearest: { id: 'one' },
      ...explanation,
    })
    expect(match([rule({}), rule({ id: 'two' })], { checkConditions: explainUnmet })).toMatchObject({
      effect: 'allow',
      rule: 'two',
    })
    expect(match([rule({})], { checkConditions: explainUnmet, mode: 'attached', argv: ['sleep', '5'] })).toMatchObject({
      rule: 'condition',
    })
  })
})

test('a denial lists rules of the service and rules of every service in their order, and no other rule', () => {
  const services = [['web'], ['command'], ['*'], ['command', 'web'], ['*', 'web'], ['command', 'command']]
  const rules = services.map((named, index) => rule({ id: `r${index}`, argv: [`c${index}`], services: named }))
  const { reason } = match(rules, { argv: ['other'] }) as { reason: string }
  expect(reason).toContain('can run only: c1, c2, c3, c4, c5.')
  const long = Array.from({ length: 40 }, (_, index) =>
    rule({ id: `r${index}`, argv: [`c${index}`], services: index % 2 === 0 ? ['*'] : ['command'] }),
  )
  expect(match(long, { argv: ['other'] })).toMatchObject({
    reason: expect.stringContaining('can run only: c0, c1, c2, c3, c4, c5, c6, c7, and more'),
  })
})
