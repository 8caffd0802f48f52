import { describe, expect, test } from 'vitest'
import type { Condition } from '../conditions/condition.ts'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { diffPolicies, type PolicyChange } from './policy-diff.ts'

const before = builtInPolicy()

function written(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

function changes(...lines: readonly string[]): PolicyChange[] {
  return diffPolicies(before, written(...lines))
}

describe('the differences between two documents', () => {
  test('are empty between a document and itself, or another spelling of it', () => {
    expect(changes()).toEqual([])
    expect(
      changes(
        'commands:',
        '  rules:',
        '    everything: { run: ..., services: ["*"], roles: [admin] }',
        '    first: { run: bin/pre_release, roles: [ci, deployer] }',
        '    second: { run: rake stripe:prepare, roles: [deployer, ci] }',
        '    third: { run: run_as_deploy rake checks:verify_dns checks:generate_test_submission, roles: [deployer, ci] }',
      ),
    ).toEqual([])
  })

  test('list value rules, whatever their order', () => {
    expect(changes('audit: { values: { sizes: { parameters: [count] } } }')).toEqual(
      expect.arrayContaining([
        { effect: 'changes', role: null, what: 'the value rule sizes is {"parameters":["count"]}' },
        { effect: 'changes', role: null, what: 'the value rule releases was removed' },
      ]),
    )
    const reversed = { ...before, recordedValues: before.recordedValues.toReversed() }
    expect(diffPolicies(before, reversed)).toEqual([])
  })

  test('ignore the order of the fields of a condition', () => {
    const document = (when: Condition): PolicyDocument => ({
      ...before,
      roles: [...before.roles, { name: 'office', description: '', permissions: ['app:list'], when: [when] }],
      commands: [{ id: 'export', argv: ['export'], services: ['command'], roles: ['ops'], when: [when] }],
    })
    const one = document({ addresses: ['10.0.0.0/8'], callers: ['user'] })
    const other = document({ callers: ['user'], addresses: ['10.0.0.0/8'] })
    expect(diffPolicies(one, other)).toEqual([])
  })

  test('list roles and permissions, implied ones included', () => {
    expect(changes('roles:', '  viewer: { extends: [viewer], permissions: [process:run] }')).toEqual([
      { effect: 'allows', role: 'viewer', what: 'process:stop-own' },
      { effect: 'allows', role: 'viewer', what: 'process:run' },
      { effect: 'allows', role: 'viewer', what: 'process:exec-own' },
    ])
    expect(diffPolicies(written('roles:', '  viewer: { extends: [viewer], permissions: [env:read] }'), before)).toEqual(
      [{ effect: 'denies', role: 'viewer', what: 'env:read' }],
    )
  })

  test('list how long API tokens live', () => {
    expect(changes('tokens: { maxAge: 30d, rules: { x: { roles: [admin], maxAge: 12h } } }')).toEqual([
      { effect: 'denies', role: null, what: 'the maximum lifetime of an API token is 30 days' },
      { effect: 'changes', role: null, what: 'the default lifetime of an API token is 30 days' },
      { effect: 'denies', role: null, what: 'the token rule x is: at most 12 hours for the roles admin' },
    ])
    const narrow = (id: string, age: string) =>
      written(`tokens: { rules: { ${id}: { permissions: [app:delete], maxAge: ${age} } } }`)
    expect(diffPolicies(narrow('x', '1d'), narrow('y', '2d'))).toEqual([
      { effect: 'denies', role: null, what: 'the token rule y is: at most 2 days for the permissions app:delete' },
      {
        effect: 'allows',
        role: null,
        what: 'the token rule x was removed: at most 1 day for the permissions app:delete',
      },
    ])
    expect(diffPolicies(narrow('x', '1d'), narrow('x', '2d'))).toEqual([
      { effect: 'allows', role: null, what: 'the token rule x is: at most 2 days for the permissions app:delete' },
    ])
    expect(diffPolicies(narrow('x', '24h'), narrow('x', '1d'))).toEqual([])
  })

  test('list roles and commands', () => {
    const rules = changes(
      'commands:',
      '  rules:',
      '    pre-release: { run: bin/pre_release, roles: [deployer, admin] }',
      '    export: { run: export <user:integer>, services: [command, jobs], roles: [ops] }',
      '    any-command: { run: …, services: ["*"], roles: [admin] }',
    )
    expect(rules).toEqual(
      expect.arrayContaining([
        { effect: 'denies', role: 'ci', what: 'run "bin/pre_release" on the service command' },
        { effect: 'denies', role: 'deployer', what: 'run "rake stripe:prepare" on the service command' },
        { effect: 'allows', role: 'ops', what: 'run "export <user:integer>" on the service command' },
      ]),
    )
    expect(rules.filter(({ role }) => role === 'admin')).toEqual([])
    expect(rules.filter(({ what }) => what.includes('jobs'))).toEqual([
      {
        effect: 'allows',
        role: 'ops',
        what: 'exec "export <user:integer>" on the service jobs, with process:exec-any',
      },
    ])
  })

  test('list a prefix as it is written', () => {
    const rule = (run: string) => written(`commands: { rules: { x: { run: ${run}, roles: [ops] } } }`)
    expect(diffPolicies(rule('rake reports:daily'), rule('rake reports:*'))).toEqual([
      { effect: 'allows', role: 'ops', what: 'run "rake reports:*" on the service command' },
    ])
    expect(diffPolicies(rule('rake reports:*'), rule('rake reports:d*'))).toEqual([
      { effect: 'denies', role: 'ops', what: 'run "rake reports:*" on the service command' },
    ])
  })

  test('list rules for any command', () => {
    const [anyCommand, ...others] = [...before.commands].reverse()
    if (anyCommand?.id !== 'any-command') throw new Error('the built-in policy ends with any-command')
    const wider = [...others, { ...anyCommand, roles: ['admin', 'ops'] }]
    expect(diffPolicies(before, { ...before, commands: wider })).toContainEqual({
      effect: 'allows',
      role: 'ops',
      what: 'run "(anything else)" on the service command',
    })
    expect(diffPolicies(before, { ...before, commands: wider })).toContainEqual({
      effect: 'allows',
      role: 'ops',
      what: 'exec "(anything else)" on any other service, with process:exec-any',
    })
    const rake = { id: 'rake', argv: ['rake', { rest: true }], services: ['command'], roles: ['ops'] } as const
    const allowed = diffPolicies(before, { ...before, commands: [...before.commands, rake] })
    expect(new Set(allowed.map(({ role }) => role))).toEqual(new Set(['ops']))
    expect(allowed).toContainEqual({ effect: 'allows', role: 'ops', what: 'run "rake …" on the service command' })
  })

  test('list services that accept run', () => {
    const opened = diffPolicies(before, { ...before, runServices: ['command', 'jobs'] })
    expect(opened).toContainEqual({
      effect: 'allows',
      role: 'admin',
      what: 'run "(anything else)" on the service jobs',
    })
    expect(opened.filter(({ what }) => what.startsWith('exec'))).toEqual([])
  })

  test('list exec if no command can be run', () => {
    const rules = before.commands.map((rule) =>
      rule.id === 'rails-console' ? { ...rule, roles: ['admin', 'ops'], services: ['command', 'web'] } : rule,
    )
    const told = diffPolicies(before, { ...before, commands: rules })
    expect(told).toEqual([
      { effect: 'allows', role: 'ops', what: 'run "rails console" on the service command' },
      {
        effect: 'allows',
        role: 'ops',
        what: 'exec "rails console" on the service web, with process:exec-any',
      },
    ])
  })

  test('list the limits of a new and of a removed rule, but not a renamed rule', () => {
    const export_ = { id: 'export', argv: ['export'], services: ['command'], roles: ['ops'], apps: ['web'] }
    const narrow = { ...before, commands: [...before.commands, export_] }
    const open = { ...before, commands: [...before.commands, { ...export_, id: 'wide', apps: undefined }] }
    expect(diffPolicies(before, narrow)).toContainEqual({
      effect: 'changes',
      role: null,
      what: 'the new command rule export: apps is ["web"]',
    })
    expect(diffPolicies(narrow, open)).toEqual([
      { effect: 'changes', role: null, what: 'the command rule export was removed: apps was ["web"]' },
    ])
    const renamed = { ...before, commands: [...before.commands, { ...export_, id: 'renamed' }] }
    expect(diffPolicies(narrow, renamed)).toEqual([])
  })

  test('list changed recording rules and a changed order', () => {
    const [one, other] = [
      { id: 'one', mode: 'strict', input: false } as const,
      { id: 'other', mode: 'off', input: false, apps: ['web'] } as const,
    ]
    const at = (...recordings: NonNullable<PolicyDocument['recordings']>) => ({ ...before, recordings })
    expect(diffPolicies(at(one), at({ ...one, source: 'elsewhere:1' }))).toEqual([])
    expect(diffPolicies(at(one), at({ ...one, mode: 'off' }, other)).map(({ what }) => what)).toEqual([
      'the recording rule one is {"input":false,"mode":"off"}',
      'the recording rule other is {"apps":["web"],"input":false,"mode":"off"}',
    ])
    expect(diffPolicies(at(one, other), at(other)).map(({ what }) => what)).toEqual([
      'the recording rule one was removed',
    ])
    expect(diffPolicies(at(one, other), at(other, one)).map(({ what }) => what)).toEqual([
      'the order of the recording rules is other, one',
    ])
  })

  test('list choices one by one', () => {
    const rules = before.commands.map((rule) =>
      rule.id === 'migrate-and-seed'
        ? { ...rule, roles: ['admin', 'ops'], argv: ['rake', ['db:migrate', 'db:rollback']] }
        : rule,
    )
    expect(diffPolicies(before, { ...before, commands: rules })).toEqual([
      { effect: 'allows', role: 'ops', what: 'run "rake db:migrate" on the service command' },
      { effect: 'allows', role: 'ops', what: 'run "rake db:rollback" on the service command' },
    ])
  })

  test('list new and removed roles, and their conditions', () => {
    const shift = 'when: { callers: [user] }'
    expect(changes('roles:', '  new-one: {}')).toEqual([
      { effect: 'changes', role: 'new-one', what: 'the role is new' },
    ])
    expect(diffPolicies(written('roles:', '  old-one: {}'), before)).toEqual([
      { effect: 'denies', role: 'old-one', what: 'the role was removed: bindings to it grant nothing' },
    ])
    expect(changes('roles:', `  ops: { extends: [ops], ${shift} }`)).toEqual([
      { effect: 'denies', role: 'ops', what: 'it applies only under conditions: [{"callers":["user"]}]' },
    ])
  })

  test('list what restricts a rule, what is blocked, and names', () => {
    expect(
      changes(
        'blocked:',
        '  DELETE /apps/{app}: { reason: No. }',
        'unblocked: [PUT /system]',
        'protected: { environment: [DB_*] }',
        'proxy: { hosts: [db.internal] }',
      ),
    ).toEqual([
      { effect: 'denies', role: null, what: 'DELETE /apps/{app} is blocked' },
      { effect: 'allows', role: null, what: 'PUT /system is not blocked' },
      { effect: 'denies', role: null, what: 'DB_* is among the protected environment keys' },
      { effect: 'allows', role: null, what: 'db.internal is among the hosts for proxies' },
    ])
    const narrow = before.commands.map((rule) => (rule.id === 'pre-release' ? { ...rule, apps: ['web'] } : rule))
    expect(diffPolicies(before, { ...before, commands: narrow })).toEqual([
      { effect: 'changes', role: null, what: 'the command rule pre-release: apps is ["web"]' },
    ])
  })
})

describe('the differences between the step-ups of two documents', () => {
  function between(one: string, other: string): unknown[] {
    const stepUps = (line: string) => written(...line.split('\n'))
    return diffPolicies(stepUps(one), stepUps(other)).map(({ effect, role, what }) => [effect, role, what])
  }
  const promote = (level: string) =>
    `stepUp: { rules: { release-promote: { permissions: [release:promote], require: ${level} } } }`

  test.each<[string, string, string, readonly unknown[]]>([
    [
      'a new one',
      '',
      promote('always'),
      [
        'denies',
        null,
        'by the step-up rule release-promote, release:promote needs a new proof with a passkey each time',
      ],
    ],
    [
      'a new one with exceptions',
      '',
      promote('{ always: any, except: ["trust:a", "trust:b"] }'),
      [
        'denies',
        null,
        'by the step-up rule release-promote, release:promote needs a new proof of your second factor each time, except for trust:a and trust:b',
      ],
    ],
    [
      'one that is removed',
      promote('always'),
      '',
      ['allows', null, 'by the step-up rule release-promote, release:promote needs no step-up'],
    ],
    [
      'one that becomes none',
      promote('always'),
      promote('none'),
      ['allows', null, 'by the step-up rule release-promote, release:promote needs no step-up'],
    ],
    [
      'a stricter one',
      promote('{ recent: 1h }'),
      promote('{ recent: 10m }'),
      [
        'denies',
        null,
        'by the step-up rule release-promote, release:promote needs a proof of your second factor that is at most 10 minutes old',
      ],
    ],
    [
      'a weaker one',
      promote('always'),
      promote('{ always: any }'),
      [
        'allows',
        null,
        'by the step-up rule release-promote, release:promote needs a new proof of your second factor each time',
      ],
    ],
    [
      'a new exception',
      promote('{ always: any }'),
      promote('{ always: any, except: ["trust:a"] }'),
      ['allows', null, expect.stringContaining('except for trust:a')],
    ],
    [
      'a removed exception',
      promote('{ always: any, except: ["trust:a"] }'),
      promote('{ always: any }'),
      ['denies', null, expect.stringContaining('each time')],
    ],
    [
      'another exception',
      promote('{ always: any, except: ["trust:a"] }'),
      promote('{ always: any, except: ["trust:b"] }'),
      ['changes', null, expect.stringContaining('except for trust:b')],
    ],
    [
      'a stricter one with a new exception',
      promote('{ always: any }'),
      promote('{ always: passkey, except: ["trust:a"] }'),
      ['changes', null, expect.stringContaining('passkey')],
    ],
    [
      'one for a rack only',
      promote('always'),
      promote('always, racks: [production]'),
      [
        'allows',
        null,
        'by the step-up rule release-promote, release:promote on the rack production needs a new proof with a passkey each time',
      ],
    ],
    [
      'one for another rack too',
      promote('always, racks: [production]'),
      promote('always, racks: [staging, production]'),
      ['denies', null, expect.stringContaining('on the racks staging and production')],
    ],
    [
      'one for another rack instead',
      promote('always, racks: [production]'),
      promote('always, racks: [staging]'),
      ['changes', null, expect.stringContaining('on the rack staging')],
    ],
    [
      'a weaker one for every app',
      promote('always, apps: [shop]'),
      promote('{ always: any }'),
      ['changes', null, expect.stringContaining('release:promote needs a new proof of your second factor each time')],
    ],
    [
      'of a role',
      '',
      'roles: { deployer: { extends: [deployer], stepUp: { recent: 2h } } }',
      ['denies', 'deployer', 'the role deployer needs a proof of your second factor that is at most 2 hours old'],
    ],
    [
      'of a rack',
      '',
      'stepUp: { rules: { rack-prod: { racks: ["prod*"], require: { recent: 90s } } } }',
      [
        'denies',
        null,
        'by the step-up rule rack-prod, every call on the rack prod* needs a proof of your second factor that is at most 90 seconds old',
      ],
    ],
    [
      'of an app',
      'stepUp: { rules: { app-web: { apps: [web], require: always } } }',
      '',
      ['allows', null, 'by the step-up rule app-web, every call on the app web needs no step-up'],
    ],
    [
      'of changes of the gateway',
      '',
      'stepUp: { management: none }',
      ['changes', null, 'sensitive changes of the gateway need no step-up'],
    ],
    [
      'of changes of the gateway, back to the default',
      'stepUp: { management: always }',
      '',
      [
        'changes',
        null,
        'sensitive changes of the gateway need a proof of your second factor that is at most 10 minutes old, for users with a second factor',
      ],
    ],
    [
      'a time',
      '',
      'stepUp: { enrollBy: 2031-01-01 }',
      ['denies', null, 'every user needs a second factor from 2031-01-01T00:00:00.000Z on'],
    ],
    [
      'a later time',
      'stepUp: { enrollBy: 2031-01-01 }',
      'stepUp: { enrollBy: 2031-02-01 }',
      ['allows', null, expect.stringContaining('2031-02-01')],
    ],
    [
      'an earlier time',
      'stepUp: { enrollBy: 2031-02-01 }',
      'stepUp: { enrollBy: 2031-01-01 }',
      ['denies', null, expect.stringContaining('2031-01-01')],
    ],
    ['no time', 'stepUp: { enrollBy: 2031-02-01 }', '', ['allows', null, 'there is no deadline for a second factor']],
  ])('%s', (_what, one, other, change) => {
    expect(between(one, other)).toEqual([change])
    expect(between(one, one)).toEqual([])
  })

  test('include command rules', () => {
    const rule = (rest: string) => `commands: { rules: { x: { run: ls, roles: [admin]${rest} } } }`
    expect(between(rule(''), rule(', stepUp: always'))).toEqual([
      ['denies', null, 'the command rule x needs a new proof with a passkey each time'],
    ])
  })

  test('are empty for levels that require nothing', () => {
    expect(between('', promote('none'))).toEqual([])
    expect(between(promote('none'), '')).toEqual([])
  })
})
