import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import { permissions } from '../permissions/permissions.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { readCases } from './read-cases.ts'
import { type CasesRun, runCases } from './run-cases.ts'

const builtIn = builtInPolicy()

function written(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

function problemsOf(text: string, document = builtIn) {
  const file = readCases(text)
  return 'problems' in file ? file.problems : file.checkAgainst(document).problems
}

/** Cases below `cases:`, one a line. */
function runLines(document: PolicyDocument, ...lines: readonly string[]): CasesRun {
  const file = readCases(
    ['version: 1', 'groups: { platform: [{ role: admin, racks: staging* }] }', 'cases:', ...lines].join('\n'),
  )
  if ('problems' in file) throw new Error(JSON.stringify(file.problems))
  const { cases, problems } = file.checkAgainst(document)
  if (cases === null) throw new Error(JSON.stringify(problems))
  return runCases(document, cases)
}

function evaluate(one: string, document = builtIn) {
  const [only] = runLines(document, `  it: { ${one} }`).evaluations
  if (only === undefined) throw new Error('no case was evaluated')
  return only
}

describe('a case', () => {
  test.each([
    ['who: { roles: [deployer] }, convox: releases promote R1, expect: { effect: allow, rule: role:deployer }'],
    [
      'who: { roles: [viewer] }, convox: releases promote R1, expect: { effect: deny, rule: no-permission, reason: deployer }',
    ],
    ['who: { roles: [ci] }, convox: run command bin/pre_release, expect: { effect: allow, rule: command:pre-release }'],
    ["who: { roles: [ci] }, convox: run command 'rails console', expect: { effect: deny, rule: command:no-rule }"],
    [
      'who: { groups: [platform] }, where: { rack: staging-1 }, convox: apps create x, expect: { effect: allow, rule: role:admin }',
    ],
    [
      'who: { groups: [platform] }, where: { rack: production }, convox: apps create x, expect: { effect: deny, rule: no-binding }',
    ],
    [
      'who: { bindings: [{ role: deployer, apps: web }] }, convox: apps cancel -a other, expect: { effect: deny, rule: no-binding }',
    ],
    [
      'who: { bindings: [{ role: deployer, apps: web }] }, where: { app: web }, convox: apps cancel, expect: { effect: allow, rule: role:deployer }',
    ],
    [
      'who: { roles: [admin], kind: api-token, owner: [viewer] }, convox: apps delete web, expect: { effect: deny, rule: no-permission }',
    ],
    ['who: { roles: [admin] }, call: { route: PUT /system }, expect: { effect: deny, rule: blocked:PUT /system }'],
    [
      'who: { roles: [admin] }, call: { route: "ANY /v2/{path:.*}", params: { path: a/b } }, expect: { effect: deny, rule: "blocked:ANY /v2/{path:.*}" }',
    ],
    ['who: { roles: [ops] }, call: { route: "GET /apps/{app}" }, expect: { effect: allow, rule: role:ops }'],
    [
      'who: { roles: [ops] }, call: { route: "GET /apps/{app}", query: [evil] }, expect: { effect: deny, rule: unknown-parameter }',
    ],
    [
      'who: { roles: [ops] }, call: { route: "POST /apps/{app}/services/{service}/processes", params: { service: web }, command: sh }, expect: { effect: deny, rule: command:run-service }',
    ],
  ])('%s', (one) => {
    const { passed, effect, decisions } = evaluate(one)
    expect({ effect, rules: decisions.map(({ rule }) => rule), passed }).toMatchObject({ passed: true })
  })

  const exec = 'convox: exec web-1 bin/pre_release'
  test.each([
    ['who: { roles: [ci] }, expect: { effect: open, rule: command:pre-release }'],
    [
      'who: { roles: [ci] }, where: { service: command, ownRun: true }, expect: { effect: allow, rule: command:pre-release }',
    ],
    ['who: { roles: [ci] }, where: { service: command, ownRun: false }, expect: { effect: deny, rule: no-permission }'],
    [
      'who: { roles: [deployer] }, where: { service: web, ownRun: false }, expect: { effect: deny, rule: no-permission }',
    ],
  ])('says what only the rack knows: %s', (one) => {
    expect(evaluate(`${one}, ${exec}`)).toMatchObject({ passed: true })
  })

  test.each([
    ['{ changed: [] }', 'allow', 'role:ci'],
    ['{ changed: [COLOUR] }', 'deny', 'no-permission'],
  ])('says which keys a release changes: %s', (where, effect, rule) => {
    const one = `who: { roles: [ci] }, where: ${where}, convox: env set COLOUR=red, expect: { effect: ${effect}, rule: "${rule}" }`
    expect(evaluate(one)).toMatchObject({ passed: true })
  })

  test.each([
    ['2030-01-07T20:00:00+01:00', '10.1.1.1', 'deny', 'condition:office'],
    ['2030-01-07T10:00:00+01:00', '10.1.1.1', 'allow', 'role:office'],
    ['2030-01-07T10:00:00+01:00', '192.0.2.1', 'deny', 'condition:office'],
  ])('is asked at %s from %s', (time, address, effect, rule) => {
    const document = written(
      'roles:',
      '  office:',
      '    extends: [viewer]',
      '    when: { addresses: [10.0.0.0/8], time: [{ from: 08:00, to: 18:00, zone: Europe/Berlin }] }',
    )
    const who = `who: { roles: [office], time: ${time}, address: ${address} }`
    expect(evaluate(`${who}, convox: apps, expect: { effect: ${effect}, rule: ${rule} }`, document).passed).toBe(true)
  })

  test.each([
    ['another effect', 'effect: deny, rule: role:deployer'],
    ['another rule', 'effect: allow, rule: role:admin'],
    ['another reason', 'effect: allow, rule: role:deployer, reason: because'],
  ])('fails by %s', (_what, expected) => {
    expect(evaluate(`who: { roles: [deployer] }, convox: apps cancel, expect: { ${expected} }`).passed).toBe(false)
  })
})

describe('problems in a file of cases have a line and a column', () => {
  const head = 'version: 1\ncases:\n'
  test.each([
    ['no version', 'cases: {}\n', 1, 1, 'the file has no version; it should be 1'],
    ['no cases', head, 2, 1, 'cases should be a mapping of names to cases'],
    ['an empty list of cases', 'version: 1\ncases: {}\n', 2, 1, 'it has no cases'],
    [
      'an unknown field',
      `${head}  a: { who: {}, convoxx: apps, expect: { effect: allow, rule: x } }`,
      3,
      17,
      'cases.a.convoxx is not known here: did you mean convox?',
    ],
    [
      'no rule',
      `${head}  a: { who: {}, convox: apps, expect: { effect: allow } }`,
      3,
      31,
      'cases.a.expect has no rule; it should be the rule that decides',
    ],
    [
      'an effect that does not exist',
      `${head}  a: { who: {}, convox: apps, expect: { effect: allowed, rule: x } }`,
      3,
      41,
      'cases.a.expect.effect should be allow, require (a step-up), deny, or open',
    ],
    [
      'a role that does not exist',
      `${head}  a: { who: { roles: [admiral] }, convox: apps, expect: { effect: deny, rule: x } }`,
      3,
      8,
      'the role "admiral" does not exist in the document',
    ],
    [
      'a group without bindings',
      `${head}  a: { who: { groups: [x] }, convox: apps, expect: { effect: deny, rule: x } }`,
      3,
      15,
      'the group "x" has no bindings',
    ],
    [
      'an invalid time',
      `${head}  a: { who: { time: noon }, convox: apps, expect: { effect: deny, rule: x } }`,
      3,
      15,
      '"noon" is not a time such as',
    ],
    [
      'an invalid address',
      `${head}  a: { who: { address: office }, convox: apps, expect: { effect: deny, rule: x } }`,
      3,
      15,
      '"office" is not an IP address',
    ],
    [
      'an owner without an API token',
      `${head}  a: { who: { owner: [viewer] }, convox: apps, expect: { effect: deny, rule: x } }`,
      3,
      15,
      'only an API token has an owner',
    ],
    [
      'neither command nor call',
      `${head}  a: { who: {}, expect: { effect: deny, rule: x } }`,
      3,
      3,
      'either convox or call',
    ],
    [
      'both command and call',
      `${head}  a: { who: {}, convox: apps, call: { route: GET /apps }, expect: { effect: deny, rule: x } }`,
      3,
      3,
      'either convox or call',
    ],
    [
      'an open quote',
      `${head}  a: { who: {}, convox: "run 'x", expect: { effect: deny, rule: x } }`,
      3,
      17,
      'Unterminated single-quoted string',
    ],
    [
      'a command that does not exist',
      `${head}  a: { who: {}, convox: explode, expect: { effect: deny, rule: x } }`,
      3,
      17,
      'cannot be determined: the command is unknown',
    ],
    [
      'a command without a call',
      `${head}  a: { who: {}, convox: help, expect: { effect: deny, rule: x } }`,
      3,
      17,
      'the command sends no call that must succeed',
    ],
    [
      'a route that does not exist',
      `${head}  a: { who: {}, call: { route: GET /x }, expect: { effect: deny, rule: x } }`,
      3,
      17,
      'the route GET /x does not exist',
    ],
    [
      'a parameter that the path does not have',
      `${head}  a: { who: {}, call: { route: GET /apps, params: { app: x } }, expect: { effect: deny, rule: x } }`,
      3,
      17,
      'has no {app}',
    ],
    [
      'a case twice',
      `${head}  a: { who: {}, convox: apps, expect: { effect: deny, rule: x } }\n  a: {}`,
      4,
      3,
      'the key "a" exists twice',
    ],
  ])('%s', (_what, text, line, column, problem) => {
    expect(problemsOf(text)[0]).toEqual({ line, column, text: expect.stringContaining(problem) })
  })

  test.each([
    [
      'names of object properties',
      `${head}  __proto__: { who: { roles: [constructor], groups: [__proto__] }, call: { route: GET /apps, params: { __proto__: x, toString: y } }, expect: { effect: deny, rule: x } }`,
    ],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(',')}]`)
        .join('\n')}\n`,
    ],
    ['a huge file', `${head}# ${'x'.repeat(1024 * 1024)}`],
    [
      'parameters that are patterns',
      `${head}  a: { who: {}, call: { route: GET /apps, params: { "(a+)+$": aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }, expect: { effect: deny, rule: x } }`,
    ],
  ])('%s: refused, and nothing else happens', (_what, text) => {
    expect(problemsOf(text).length).toBeGreaterThan(0)
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})

describe('a case of a call that requires a step-up', () => {
  const document = written(
    'roles: { boss: { extends: [deployer], stepUp: { recent: 1h } } }',
    'commands: { rules: { release: { run: bin/pre_release, roles: [deployer], stepUp: { always: any } } } }',
    'stepUp:',
    '  rules:',
    '    release-promote:',
    '      { permissions: [release:promote], require: { always: passkey, except: [service-account:robots, trust:deploys] } }',
    '    rack-production: { racks: [production], require: { recent: 10m } }',
    '    app-billing: { apps: [billing], require: none }',
    '  management: always',
    '  enrollBy: 2031-01-01',
  )
  const promoting = 'convox: releases promote R1'
  const require = 'effect: require, rule: "step-up:rule release-promote"'

  test.each([
    ['of a user', `who: { roles: [deployer] }, ${promoting}, expect: { ${require} }`],
    [
      'with its level',
      `who: { roles: [deployer] }, ${promoting}, expect: { ${require}, level: always, reason: passkey }`,
    ],
    [
      'of a role',
      'who: { roles: [boss] }, convox: releases, expect: { effect: require, rule: step-up:role boss, level: { recent: 1h } }',
    ],
    [
      'of a rack',
      'who: { roles: [deployer] }, where: { rack: production }, convox: ps, expect: { effect: require, rule: "step-up:rule rack-production", level: { recent: 10m } }',
    ],
    [
      'of a command',
      'who: { roles: [deployer] }, convox: run --detach command bin/pre_release, expect: { effect: require, rule: step-up:command release, level: { always: any } }',
    ],
    [
      'of a token',
      `who: { roles: [deployer], kind: api-token }, ${promoting}, expect: { effect: deny, rule: "step-up:rule release-promote", reason: "an API token cannot give one" }`,
    ],
    [
      'of a token that is excepted',
      `who: { roles: [deployer], kind: api-token, serviceAccount: robots }, ${promoting}, expect: { effect: allow, rule: role:deployer }`,
    ],
    [
      'of a job',
      `who: { roles: [deployer], kind: workload, trust: other }, ${promoting}, expect: { effect: deny, rule: "step-up:rule release-promote" }`,
    ],
    [
      'of a job that is excepted',
      `who: { roles: [deployer], kind: workload, trust: deploys }, ${promoting}, expect: { effect: allow, rule: role:deployer }`,
    ],
    [
      'of a user without a second factor',
      `who: { roles: [deployer], secondFactor: false }, ${promoting}, expect: { ${require}, reason: Add a second factor }`,
    ],
    [
      'of a user without a second factor, after enrollBy',
      'who: { roles: [deployer], secondFactor: false, time: 2031-01-01T00:00:00Z }, convox: ps, expect: { effect: deny, rule: enrollment }',
    ],
  ])('%s', (_what, one) => expect(evaluate(one, document)).toMatchObject({ passed: true }))

  test.each([
    ['another level', `who: { roles: [deployer] }, ${promoting}, expect: { ${require}, level: { always: any } }`],
    ['another rule', `who: { roles: [deployer] }, ${promoting}, expect: { effect: require, rule: role:deployer }`],
    ['no step-up', `who: { roles: [deployer] }, ${promoting}, expect: { effect: allow, rule: role:deployer }`],
    [
      'a denial',
      `who: { roles: [deployer] }, ${promoting}, expect: { effect: deny, rule: "step-up:rule release-promote" }`,
    ],
  ])('fails if it expects %s', (_what, one) => expect(evaluate(one, document)).toMatchObject({ passed: false }))

  test.each([
    ['level: always', 'effect: allow', 'only a call that requires a step-up has a level'],
    ['level: none', 'effect: require', 'expect.level should be always'],
    ['level: { always: any, except: ["trust:x"] }', 'effect: require', 'expect.level should be always'],
    ['level: soon', 'effect: require', 'expect.level should be none, always'],
  ])('is invalid with %s and %s', (level, effect, problem) => {
    const text = `version: 1\ncases:\n  a: { who: {}, convox: apps, expect: { ${effect}, rule: x, ${level} } }`
    expect(problemsOf(text)).toEqual([{ line: 3, column: expect.any(Number), text: expect.stringContaining(problem) }])
  })

  test.each([
    ['serviceAccount: x', 'add kind: api-token'],
    ['trust: x', 'add kind: workload'],
    ['kind: workload, secondFactor: true', 'leave kind out'],
  ])('is invalid with a caller who has %s', (who, problem) => {
    const text = `version: 1\ncases:\n  a: { who: { ${who} }, convox: apps, expect: { effect: deny, rule: x } }`
    expect(problemsOf(text)).toEqual([{ line: 3, column: expect.any(Number), text: expect.stringContaining(problem) }])
  })

  test('covers the requirement, and what allows the call', () => {
    const { coverage } = runLines(
      document,
      '  a: { who: { roles: [boss] }, convox: releases, expect: { effect: require, rule: step-up:role boss } }',
      '  b: { who: { roles: [deployer] }, convox: run --detach command bin/pre_release, expect: { effect: require, rule: step-up:command release } }',
      '  c: { who: { roles: [deployer], secondFactor: false, time: 2032-01-01T00:00Z }, convox: ps, expect: { effect: deny, rule: enrollment } }',
    )
    expect(coverage.map(({ rule, source, exercised }) => [rule, source, exercised])).toEqual([
      ['role:boss', 'policy.yaml:2', true],
      ['command:release', 'policy.yaml:3', true],
      ['step-up:rule release-promote', 'policy.yaml:6', false],
      ['step-up:rule rack-production', 'policy.yaml:8', false],
      ['step-up:command release', 'policy.yaml:3', true],
      ['step-up:role boss', 'policy.yaml:2', true],
      ['enrollment', 'policy.yaml:11', true],
    ])
  })
})

describe('a case of a session', () => {
  const document = written(
    'recordings:',
    '  rules:',
    '    consoles: { mode: strict, sessions: [exec], commands: [rails console] }',
    '    looking: { mode: off, sessions: [shell], commands: ["df *", "größe *"] }',
    '    shells: { mode: strict, sessions: [shell] }',
  )
  const shell = (command: string) =>
    `call: { route: "WS /instances/{id}/shell", params: { id: i-1 }${command && `, command: "${command}"`} }`
  const exec = (command: string) =>
    `call: { route: "WS /apps/{app}/processes/{pid}/exec", params: { pid: p1 }, command: "${command}" }, where: { service: command, ownRun: false }`

  test.each([
    ['a command on an instance', shell('df -h'), 'looking'],
    ['one that is not ASCII', shell('größe -h'), 'looking'],
    ['another one', shell('reboot'), 'shells'],
    ['a shell without a command', shell(''), 'shells'],
    ['convox instances ssh', 'convox: instances ssh i-1 df /', 'looking'],
    ['convox instances ssh without a command', 'convox: instances ssh i-1', 'shells'],
    ['an exec', exec('rails console'), 'consoles'],
    ['an exec as the rack splits it', exec("rails   'console'"), 'consoles'],
    ['another exec', exec('rails consoles'), 'none'],
    ['convox exec', 'convox: exec p1 rails console, where: { service: command, ownRun: false }', 'consoles'],
    ['convox run', 'convox: run command rails console', 'consoles'],
  ])('says how %s is recorded', (_what, asked, recording) => {
    const rule = asked.includes('nstances') ? 'role:admin' : 'command:'
    const { differences } = evaluate(
      `who: { roles: [admin] }, ${asked}, expect: { effect: allow, rule: "${rule}", recording: ${recording} }`,
      document,
    )
    expect(differences).toEqual([])
    const other = recording === 'shells' ? 'looking' : 'shells'
    const wrong = evaluate(
      `who: { roles: [admin] }, ${asked}, expect: { effect: allow, rule: "${rule}", recording: ${other} }`,
      document,
    )
    expect(wrong).toMatchObject({ passed: false, differences: [expect.stringMatching(/record/)] })
  })
})

describe('coverage', () => {
  const document = written(
    'roles:',
    '  on-call: { extends: [deployer], permissions: [app:delete, "release:*"], when: { callers: [user] } }',
    '  reader: { extends: [viewer] }',
    'commands:',
    '  rules:',
    '    migrate: { run: rake db:migrate, roles: [on-call] }',
    '    seed: { run: rake db:seed, roles: [on-call] }',
    'blocked:',
    '  POST /apps: { reason: No. }',
    'protected: { environment: [DB_*] }',
  )
  const names = (coverage: CasesRun['coverage'], exercised: boolean) =>
    coverage.filter((one) => one.exercised === exercised).map(({ rule }) => rule)

  test('has only the rules that the document itself defines, with their lines', () => {
    const { coverage } = runLines(
      document,
      '  a: { who: {}, convox: apps, expect: { effect: deny, rule: no-binding } }',
    )
    expect(coverage).toEqual([
      { rule: 'role:on-call app:delete', source: 'policy.yaml:3', exercised: false },
      { rule: 'role:on-call release:*', source: 'policy.yaml:3', exercised: false },
      { rule: 'condition:on-call', source: 'policy.yaml:3', exercised: false },
      { rule: 'role:reader', source: 'policy.yaml:4', exercised: false },
      { rule: 'command:migrate', source: 'policy.yaml:7', exercised: false },
      { rule: 'command:seed', source: 'policy.yaml:8', exercised: false },
      { rule: 'blocked:POST /apps', source: 'policy.yaml:10', exercised: false },
      { rule: 'protected-key DB_*', source: 'policy.yaml:11', exercised: false },
    ])
  })

  test('has a role with every permission of racks as one rule', () => {
    const areas = new Set(permissions.map(({ name }) => name.split(':')[0]).filter((area) => area !== 'gateway'))
    const patterns = [...areas].map((area) => `"${area}:*"`)
    const rulesWith = (list: readonly string[], ...cases: readonly string[]) =>
      runLines(
        written(`roles: { rescue: { permissions: [${list.join(', ')}] } }`),
        ...cases,
        '  a: { who: {}, convox: apps, expect: { effect: deny, rule: no-binding } }',
      ).coverage.map(({ rule, exercised }) => [rule, exercised])
    expect(rulesWith(patterns)).toEqual([['role:rescue', false]])
    expect(
      rulesWith(
        patterns,
        '  b: { who: { roles: [rescue] }, convox: apps, expect: { effect: allow, rule: role:rescue } }',
      ),
    ).toEqual([['role:rescue', true]])
    expect(rulesWith(patterns.slice(1))).toHaveLength(patterns.length - 1)
  })

  test('counts the rules that a case reached', () => {
    const { coverage, evaluations } = runLines(
      document,
      '  migrates: { who: { roles: [on-call] }, convox: "run command rake db:migrate", expect: { effect: allow, rule: command:migrate } }',
      '  promotes: { who: { roles: [on-call] }, convox: releases promote R1, expect: { effect: allow, rule: role:on-call } }',
      '  no job: { who: { roles: [on-call], kind: workload }, convox: apps cancel, expect: { effect: deny, rule: condition:on-call } }',
      '  creates: { who: { roles: [admin] }, convox: apps create x, expect: { effect: deny, rule: blocked:POST /apps } }',
      '  reads: { who: { roles: [reader] }, convox: apps, expect: { effect: allow, rule: role:reader } }',
      '  sets: { who: { roles: [deployer] }, where: { changed: [DB_URL] }, convox: env set DB_URL=x, expect: { effect: deny, rule: protected-key } }',
    )
    expect(
      evaluations
        .filter(({ passed }) => !passed)
        .map((one) => [one.case.name, one.effect, one.decisions.map(({ rule }) => rule)]),
    ).toEqual([])
    expect(names(coverage, false)).toEqual(['role:on-call app:delete', 'command:seed'])
  })

  describe('for a whole document', () => {
    const whole = written(
      'commands:',
      '  services: [command, jobs]',
      '  rules:',
      '    migrate: { run: rake db:migrate, roles: [deployer], when: { callers: [user] } }',
      'unblocked: [PUT /system]',
      'secrets: { environment: ["*PASSWORD*", "*_URL"], parameters: [license] }',
      'protected: { environment: [DB_*, CACHE_*], parameters: [node_type] }',
      'recordings: { rules: { shells: { mode: strict, sessions: [shell] }, others: { mode: best-effort } } }',
      'audit: { values: { sizes: { parameters: [COUNT] }, pairs: { parameters: ["parameters.node_*"] } } }',
      'proxy: { hosts: [db.internal, "*.cache.internal"] }',
    )
    const all = [
      'command:migrate',
      'condition:command:migrate',
      'unblocked:PUT /system',
      'recording:shells',
      'recording:others',
      'value:sizes',
      'value:pairs',
      'run-service command',
      'run-service jobs',
      'protected-key DB_*',
      'protected-key CACHE_*',
      'protected-parameter node_type',
      'proxy-host db.internal',
      'proxy-host *.cache.internal',
      'secret-key *PASSWORD*',
      'secret-key *_URL',
      'secret-parameter license',
    ]
    const proxy = 'call: { route: "WS /proxy/{host}/{port}", params: { host: HOST, port: "5432" } }'
    const run = (service: string) =>
      `call: { route: "POST /apps/{app}/services/{service}/processes", params: { service: ${service} }, command: rake db:migrate }`
    const cases: readonly [exercises: string[], one: string][] = [
      [
        ['command:migrate', 'run-service command'],
        `who: { roles: [deployer] }, ${run('command')}, expect: { effect: allow, rule: command:migrate }`,
      ],
      [
        ['condition:command:migrate'],
        `who: { roles: [deployer], kind: workload }, ${run('command')}, expect: { effect: deny, rule: condition:command:migrate }`,
      ],
      [
        ['unblocked:PUT /system'],
        'who: { roles: [admin] }, call: { route: PUT /system }, expect: { effect: allow, rule: role:admin }',
      ],
      [
        ['value:pairs', 'protected-parameter node_type'],
        'who: { roles: [admin] }, call: { route: PUT /system }, where: { parameters: [node_type] }, expect: { effect: deny, rule: protected-parameter }',
      ],
      [
        ['recording:shells'],
        'who: { roles: [admin] }, call: { route: "WS /instances/{id}/shell", params: { id: i-1 } }, expect: { effect: allow, rule: role:admin, recording: shells }',
      ],
      [
        ['command:migrate', 'recording:others'],
        'who: { roles: [deployer] }, call: { route: "WS /apps/{app}/processes/{pid}/exec", params: { pid: p1 }, command: rake db:migrate }, where: { service: command, ownRun: false }, expect: { effect: allow, rule: command:migrate, recording: others }',
      ],
      [
        ['value:sizes'],
        'who: { roles: [ops] }, call: { route: "PUT /apps/{app}/services/{service}", params: { service: web }, form: [count] }, expect: { effect: allow, rule: role:ops }',
      ],
      [
        ['protected-key DB_*'],
        'who: { roles: [deployer] }, where: { changed: [DB_URL] }, convox: env set DB_URL=x, expect: { effect: deny, rule: protected-key }',
      ],
      [
        ['proxy-host *.cache.internal'],
        `who: { roles: [admin] }, ${proxy.replace('HOST', 'a.cache.internal')}, expect: { effect: allow, rule: role:admin }`,
      ],
      [
        ['secret-key *_URL'],
        'who: { roles: [deployer] }, convox: env, expect: { effect: allow, rule: role:deployer, hidden: { environment: [DB_URL] }, shown: { environment: [COLOUR] } }',
      ],
      [
        ['secret-parameter license'],
        'who: { roles: [viewer] }, convox: rack params, expect: { effect: allow, rule: role:viewer, hidden: { parameters: [license] }, shown: { parameters: [node_type] } }',
      ],
    ]

    test('lists uncovered rules, pattern by pattern', () => {
      const none = runOne(whole, 'who: {}, convox: apps, expect: { effect: deny, rule: no-binding }')
      expect(names(none.coverage, false)).toEqual(all)
    })

    test.each(cases)('%j is covered by its case, and by no other', (exercises, one) => {
      const { coverage, evaluations } = runOne(whole, one)
      expect(evaluations.map((one) => (one.passed ? [] : [one.differences, one.decisions]))).toEqual([[]])
      expect(names(coverage, true)).toEqual(exercises.filter((rule) => all.includes(rule)))
    })

    test('names each entry by its own line', () => {
      const long = written(
        'commands:',
        '  services:',
        '    - command',
        '    - jobs',
        'unblocked:',
        '  - PUT /system',
        '  - POST /events',
        'secrets:',
        '  environment:',
        '    - "*PASSWORD*"',
        '    - "*_URL"',
        '  parameters: [license]',
        'protected: { environment: [__proto__, DB_*], parameters: [node_type] }',
        'proxy:',
        '  hosts:',
        '    - db.internal',
      )
      const { coverage } = runOne(long, 'who: {}, convox: apps, expect: { effect: deny, rule: no-binding }')
      expect(coverage.map(({ rule, source }) => [rule, source])).toEqual([
        ['unblocked:PUT /system', 'policy.yaml:7'],
        ['unblocked:POST /events', 'policy.yaml:8'],
        ['run-service command', 'policy.yaml:4'],
        ['run-service jobs', 'policy.yaml:5'],
        ['protected-key __proto__', 'policy.yaml:14'],
        ['protected-key DB_*', 'policy.yaml:14'],
        ['protected-parameter node_type', 'policy.yaml:14'],
        ['proxy-host db.internal', 'policy.yaml:17'],
        ['secret-key *PASSWORD*', 'policy.yaml:11'],
        ['secret-key *_URL', 'policy.yaml:12'],
        ['secret-parameter license', 'policy.yaml:13'],
      ])
    })

    test('distinguishes the conditions of two rules on one line', () => {
      const flow = written(
        'commands: { rules: { one: { run: rake one, roles: [deployer], when: { callers: [user] } }, two: { run: rake two, roles: [deployer], when: { callers: [user] } } } }',
      )
      const { coverage, evaluations } = runOne(
        flow,
        `who: { roles: [deployer], kind: workload }, ${run('command').replace('rake db:migrate', 'rake one')}, expect: { effect: deny, rule: condition:command:one }`,
      )
      expect(evaluations).toMatchObject([{ passed: true }])
      expect(names(coverage, true)).toEqual(['condition:command:one'])
    })

    test('leaves out lists that equal the built-in lists', () => {
      const same = written('commands: { services: [command] }', 'proxy: { hosts: [] }')
      const { coverage } = runOne(same, 'who: {}, convox: apps, expect: { effect: deny, rule: no-binding }')
      expect(coverage).toEqual([])
    })

    test.each([
      ['a secret that is shown', 'hidden: { environment: [COLOUR] }', 'the key COLOUR is shown'],
      ['a value that is hidden', 'shown: { environment: [DB_URL, COLOUR] }', 'the key DB_URL is hidden'],
      ['an invalid recording', 'recording: shells', 'no recording rule applies to the call'],
    ])('a case fails by %s, and says so', (_what, expected, sentence) => {
      const who = 'who: { roles: [deployer] }, convox: env'
      const [one] = runOne(whole, `${who}, expect: { effect: allow, rule: role:deployer, ${expected} }`).evaluations
      expect(one).toMatchObject({ passed: false, differences: [sentence] })
    })

    function runOne(document: PolicyDocument, one: string): CasesRun {
      return runLines(document, `  it: { ${one} }`)
    }
  })

  test.each([
    ['racks', '{ racks: [staging*] }', 'rack: production'],
    ['apps', '{ apps: [web] }', 'app: api'],
    ['time', '{ time: [{ from: 08:00, to: 11:00, zone: UTC }] }', 'app: api'],
  ])('counts the condition of a role and of a command rule on %s', (_, condition, where) => {
    const narrow = written(
      `roles: { narrow: { permissions: [app:read], when: ${condition} } }`,
      `commands: { rules: { list: { run: ls, roles: [admin], when: ${condition} } } }`,
    )
    const [role, rule, allowed, command] = [
      `who: { roles: [narrow] }, where: { ${where} }, call: { route: "GET /apps/{app}" }, expect: { effect: deny, rule: condition:narrow }`,
      `who: { roles: [admin] }, where: { ${where} }, convox: run --detach command ls, expect: { effect: deny, rule: condition:command:list }`,
      'who: { roles: [narrow], time: "2030-01-07T09:00:00Z" }, where: { rack: staging, app: web }, call: { route: "GET /apps/{app}" }, expect: { effect: allow, rule: role:narrow }',
      'who: { roles: [admin], time: "2030-01-07T09:00:00Z" }, where: { rack: staging, app: web }, convox: run --detach command ls, expect: { effect: allow, rule: command:list }',
    ]
    const run = runLines(narrow, ...[role, rule, allowed, command].map((one, at) => `  case ${at}: { ${one} }`))
    expect(run.evaluations.filter(({ passed }) => !passed).map(({ decisions }) => decisions)).toEqual([])
    expect(names(run.coverage, false)).toEqual([])
  })

  test('counts a permission by what it implies', () => {
    const helping = written(
      "roles: { helper: { permissions: ['process:exec-any'] } }",
      'commands: { rules: { list: { run: ls, roles: [helper] } } }',
    )
    const { coverage } = runLines(
      helping,
      '  it: { who: { roles: [helper] }, call: { route: "WS /apps/{app}/processes/{pid}/exec", params: { pid: p1 }, command: ls }, where: { service: command, ownRun: false }, expect: { effect: allow, rule: command:list } }',
    )
    expect(names(coverage, true)).toEqual(['role:helper process:exec-any', 'command:list'])
  })

  test('lists all rules of the built-in policy', () => {
    const { coverage } = runLines(
      builtIn,
      '  a: { who: { roles: [admin] }, convox: apps, expect: { effect: allow, rule: role:admin } }',
    )
    expect(names(coverage, true)).toEqual(['role:admin *'])
    expect(coverage.length).toBeGreaterThan(100)
  })
})
