import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { Decision, Principal, RackCall, StepUpLevel } from '../model/types.ts'
import { compilePolicy, type Policy } from '../policy/policy.ts'
import type { PolicyDocument, StepUpRule } from '../policy-document/policy-document.ts'
import { binding, call, now, principal, token } from '../testing/calls.ts'

const promote = call('POST /apps/{app}/releases/{id}/promote')
const exec = 'WS /apps/{app}/processes/{pid}/exec'
const run = 'POST /apps/{app}/services/{service}/processes'
const ada = principal([binding('deployer')], { secondFactor: true })
const admin = principal([binding('admin')], { secondFactor: true })

function read(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

function policy(...lines: readonly string[]): Policy {
  return compilePolicy(read(...lines))
}

/** The effect, and the rule and level of a requirement. */
function outcome(decision: Decision): readonly unknown[] {
  if (decision.effect !== 'require') return [decision.effect, decision.rule]
  return [decision.effect, decision.rule, decision.requirement === 'step-up' ? decision.level : null]
}

const minutes = (count: number): StepUpLevel => ({ kind: 'recent', within: count * 60_000 })
const passkey: StepUpLevel = { kind: 'always', methods: 'passkey' }
const anyFactor: StepUpLevel = { kind: 'always', methods: 'any' }

describe('a document without requirements', () => {
  test('requires no proof, and decides as before', () => {
    expect(outcome(policy().decide(ada, promote))).toEqual(['allow', 'role:deployer'])
    expect(outcome(policy('stepUp: {}').decide(ada, promote))).toEqual(['allow', 'role:deployer'])
  })
})

const production = 'stepUp:\n  rules:\n    promotes:\n      require: { always: any }'

describe('a requirement', () => {
  test('says what allows the call once it is met, where it is defined, why, and what to do', () => {
    const decision = policy(
      'stepUp:',
      '  rules: { release-promote: { permissions: [release:promote], require: { recent: 10m } } }',
    ).decide(ada, promote)
    expect(decision).toMatchObject({
      effect: 'require',
      requirement: 'step-up',
      level: minutes(10),
      rule: 'step-up:rule release-promote',
      source: 'policy.yaml:3',
      permission: 'release:promote',
      reason:
        'By the step-up rule release-promote, release:promote needs a proof of your second factor that is at most 10 minutes old.',
      remedy: 'Prove your second factor, and repeat the call.',
      roles: ['deployer'],
      granted: { effect: 'allow', rule: 'role:deployer', source: expect.stringMatching(/^built-in:/) },
    })
  })

  test('applies for each command rule that allows the command, not only for the first one', () => {
    const rules = (first: string, second: string, role = 'deployer') =>
      policy(
        'commands:',
        '  rules:',
        `    any-release: { run: "bin/pre_release ...", roles: [deployer]${first} }`,
        `    release: { run: bin/pre_release, roles: [${role}]${second} }`,
      )
    const detached = call(run)
    expect(outcome(rules('', '').decide(ada, detached))).toEqual(['allow', 'command:any-release'])
    expect(outcome(rules('', ', stepUp: always').decide(ada, detached))).toEqual([
      'require',
      'step-up:command release',
      passkey,
    ])
    expect(outcome(rules(', stepUp: { recent: 5m }', ', stepUp: { recent: 10m }').decide(ada, detached))).toEqual([
      'require',
      'step-up:command any-release',
      minutes(5),
    ])
    expect(rules('', ', stepUp: always, services: [web]').decide(ada, detached).effect).toBe('allow')
    expect(rules('', ', stepUp: always', 'ops').decide(ada, detached).effect).toBe('allow')
  })

  test('asks a user without a second factor to add one', () => {
    const decision = policy(
      'stepUp: { rules: { release-promote: { permissions: [release:promote], require: always } } }',
    ).decide({ ...ada, secondFactor: false }, promote)
    expect(decision).toMatchObject({ effect: 'require', remedy: 'Add a second factor, prove it, and repeat the call.' })
  })

  test('never replaces a denial', () => {
    const strict = policy(
      'stepUp: { rules: { all: { permissions: ["*"], require: always }, rack-all: { racks: ["*"], require: always } }, enrollBy: 2020-01-01 }',
      'blocked: { "POST /apps/{app}/releases/{id}/promote": { reason: A freeze. } }',
    )
    expect(outcome(strict.decide(admin, promote))).toEqual(['deny', 'blocked:POST /apps/{app}/releases/{id}/promote'])
    const viewer = principal([binding('viewer')])
    expect(outcome(strict.decide(viewer, promote))).toEqual(['deny', 'blocked:POST /apps/{app}/releases/{id}/promote'])
    expect(outcome(strict.decide(viewer, call(run)))).toEqual(['deny', 'no-permission'])
    expect(outcome(strict.decide(principal([]), promote))).toEqual(['deny', 'no-binding'])
    expect(outcome(strict.decide(ada, call(run, { service: 'web' })))).toEqual(['deny', 'command:run-service'])
  })

  test.each<[string, readonly string[], Principal, RackCall, readonly unknown[]]>([
    [
      'of a permission',
      ['stepUp: { rules: { release-promote: { permissions: [release:promote], require: always } } }'],
      ada,
      promote,
      ['step-up:rule release-promote', passkey],
    ],
    [
      'of a pattern of permissions',
      ['stepUp: { rules: { release-any: { permissions: ["release:*"], require: always } } }'],
      ada,
      promote,
      ['step-up:rule release-any', passkey],
    ],
    [
      'of a second required permission',
      ['stepUp: { rules: { env-write: { permissions: [env:write], require: always } } }'],
      ada,
      call('POST /apps/{app}/releases', { environment: { changed: ['A'] } }),
      ['step-up:rule env-write', passkey],
    ],
    [
      'of a rack',
      ['stepUp: { rules: { rack-stag: { racks: ["stag*"], require: { recent: 1h } } } }'],
      ada,
      promote,
      ['step-up:rule rack-stag', minutes(60)],
    ],
    [
      'of an app',
      ['stepUp: { rules: { app-web: { apps: [web], require: { always: any } } } }'],
      ada,
      promote,
      ['step-up:rule app-web', anyFactor],
    ],
    [
      'of a permission on a rack',
      [production, '      permissions: [release:promote]', '      racks: [prod*, stag*]'],
      ada,
      promote,
      ['step-up:rule promotes', anyFactor],
    ],
    [
      'of a permission on an app of a rack',
      [production, '      permissions: [app:delete, "release:*"]', '      racks: [staging]', '      apps: [shop, web]'],
      ada,
      promote,
      ['step-up:rule promotes', anyFactor],
    ],
    [
      'of a second required permission on a rack',
      [production, '      permissions: [env:write]', '      racks: [staging]'],
      ada,
      call('POST /apps/{app}/releases', { environment: { changed: ['A'] } }),
      ['step-up:rule promotes', anyFactor],
    ],
    [
      'of a rack, before a weaker one of a permission there',
      [
        'stepUp: { rules: { promotes: { permissions: [release:promote], racks: [staging], require: { recent: 1m } }, all: { racks: [staging], require: always } } }',
      ],
      ada,
      promote,
      ['step-up:rule all', passkey],
    ],
    [
      'of the app of a resource',
      ['stepUp: { rules: { app-shop: { apps: [shop], require: { always: any } } } }'],
      ada,
      call('WS /proxy/{host}/{port}', { resource: { app: 'shop', name: 'db' } }),
      ['step-up:rule app-shop', anyFactor],
    ],
    [
      'of a role',
      ['roles: { boss: { extends: [deployer], stepUp: { recent: 5m } } }'],
      principal([binding('boss')]),
      promote,
      ['step-up:role boss', minutes(5)],
    ],
    [
      'of a role that another role extends',
      ['roles: { boss: { permissions: [release:promote], stepUp: { recent: 5m } }, chief: { extends: [boss] } }'],
      principal([binding('chief')]),
      promote,
      ['step-up:role boss', minutes(5)],
    ],
    [
      'of a role that extends a role with a weaker one',
      [
        'roles: { boss: { permissions: [release:promote], stepUp: { recent: 5m } }, chief: { extends: [boss], stepUp: always } }',
      ],
      principal([binding('chief')]),
      promote,
      ['step-up:role chief', passkey],
    ],
    [
      'of any role that grants the permission, not only the first',
      ['roles: { boss: { permissions: [release:promote], stepUp: always } }'],
      principal([binding('deployer'), binding('boss')]),
      promote,
      ['step-up:role boss', passkey],
    ],
    [
      'of a command rule',
      [
        'commands: { rules: { console: { run: rails console, roles: [deployer], stepUp: always }, release: { run: bin/pre_release, roles: [deployer], stepUp: { recent: 10m } } } }',
      ],
      ada,
      call(exec, { process: { id: 'p', known: true, service: 'command', own: true } }),
      ['step-up:command release', minutes(10)],
    ],
    [
      'of an exec, in a process of another service',
      ['stepUp: { rules: { process-exec: { permissions: [process:exec], require: always } } }'],
      admin,
      call(exec, { process: { id: 'p', known: true, service: 'web', own: false } }),
      ['step-up:rule process-exec', passkey],
    ],
  ])('%s', (_what, lines, who, made, [rule, level]) => {
    expect(outcome(policy(...lines).decide(who, made))).toEqual(['require', rule, level])
  })

  test.each<[string, readonly string[], Principal, RackCall]>([
    [
      'another permission',
      ['stepUp: { rules: { app-delete: { permissions: [app:delete], require: always } } }'],
      ada,
      promote,
    ],
    [
      'another rack',
      ['stepUp: { rules: { rack-production: { racks: [production], require: always } } }'],
      ada,
      promote,
    ],
    ['another app', ['stepUp: { rules: { app-shop: { apps: [shop], require: always } } }'], ada, promote],
    [
      'an app, by a list of all apps',
      ['stepUp: { rules: { app-all: { apps: ["*"], require: always } } }'],
      ada,
      call('GET /apps'),
    ],
    [
      'a permission on another rack',
      [production, '      permissions: [release:promote]', '      racks: [prod*]'],
      ada,
      promote,
    ],
    [
      'another permission on the rack',
      [production, '      permissions: [app:delete]', '      racks: [staging]'],
      ada,
      promote,
    ],
    [
      'another app of the rack',
      [production, '      permissions: [release:promote]', '      racks: [staging]', '      apps: [shop]'],
      ada,
      promote,
    ],
    [
      'a list of all apps, by a permission on every app',
      [production, '      permissions: ["app:*"]', '      apps: ["*"]'],
      ada,
      call('GET /apps'),
    ],
    [
      'a role that does not grant the permission',
      ['roles: { reader: { extends: [viewer], stepUp: always } }'],
      principal([binding('deployer'), binding('reader')]),
      promote,
    ],
    [
      'a role on another app',
      ['roles: { boss: { extends: [deployer], stepUp: always } }'],
      principal([binding('deployer'), binding('boss', { apps: 'shop' })]),
      promote,
    ],
    [
      'a role whose condition is not met',
      ['roles: { boss: { extends: [deployer], stepUp: always, when: { addresses: [10.0.0.0/8] } } }'],
      principal([binding('deployer'), binding('boss')]),
      promote,
    ],
    [
      'another command rule',
      [
        'commands: { rules: { console: { run: rails console, roles: [deployer], stepUp: always }, release: { run: bin/pre_release, roles: [deployer] } } }',
      ],
      ada,
      call(exec, { process: { id: 'p', known: true, service: 'command', own: true } }),
    ],
    [
      'an own run, by a rule about other processes',
      [
        'stepUp: { rules: { process-exec: { permissions: [process:exec], require: always }, process-stop: { permissions: [process:stop], require: always } } }',
      ],
      ada,
      call(exec, { process: { id: 'p', known: true, service: 'command', own: true } }),
    ],
  ])('does not concern %s', (_what, lines, who, made) => {
    expect(policy(...lines).decide(who, made).effect).toBe('allow')
  })

  test.each([
    [['racks: [production, stag*]'], 'every call on the racks production and stag*'],
    [['racks: ["*"]'], 'every call on every rack'],
    [['apps: [web]'], 'every call on the app web'],
    [['permissions: ["release:*"]', 'racks: [staging]'], 'release:promote on the rack staging'],
    [
      ['permissions: [release:promote]', 'apps: [web]', 'racks: [a, staging]'],
      'release:promote on the app web of the racks a and staging',
    ],
  ])('names its rule and calls: %s', (lists, calls) => {
    const decision = policy(production, ...lists.map((list) => `      ${list}`)).decide(ada, promote)
    expect(decision).toMatchObject({
      rule: 'step-up:rule promotes',
      reason: `By the step-up rule promotes, ${calls} needs a new proof of your second factor each time.`,
    })
  })

  test('"none" does not weaken a stricter requirement', () => {
    const both = policy(
      'stepUp: { rules: { release-promote: { permissions: [release:promote], require: none }, app-web: { apps: [web], require: { recent: 10m } } } }',
    )
    expect(outcome(both.decide(ada, promote))).toEqual(['require', 'step-up:rule app-web', minutes(10)])
    const inherited = policy(
      'roles: { boss: { permissions: [release:promote], stepUp: always }, chief: { extends: [boss], stepUp: none } }',
    )
    expect(outcome(inherited.decide(principal([binding('chief')]), promote))).toEqual([
      'require',
      'step-up:role boss',
      passkey,
    ])
  })

  test('has sentences of one line without percent signs', () => {
    const strict = policy('stepUp: { rules: { rack-all: { racks: ["*"], require: always } } }')
    for (const who of [ada, token([binding('deployer')], [binding('deployer')], { name: 'token:50% off\n (a@b.c)' })]) {
      const decision = strict.decide(who, promote)
      const { reason, remedy } = { remedy: '', ...decision }
      expect(`${reason} ${remedy}`).toMatch(/^[^%\n]+\.$/)
    }
  })
})

describe('the strictest requirement wins', () => {
  const levels = fc.oneof(
    fc.constant(null),
    fc.constantFrom<StepUpLevel>(passkey, anyFactor),
    fc.integer({ min: 1, max: 1_440 }).map(minutes),
  )
  const robot = token([binding('chief')], [binding('admin')], {
    name: 'token:nightly (robots)',
    owner: { kind: 'service-account', id: 's', name: 'robots', bindings: [binding('admin')] },
  })
  const rules = fc.record({
    level: levels,
    except: fc.constantFrom<string[]>([], ['service-account:robots'], ['trust:x']),
  })
  const sections = fc.record({
    permission: rules,
    pattern: rules,
    command: rules,
    parent: rules,
    role: rules,
    rack: rules,
    app: rules,
    all: rules,
    elsewhere: rules,
  })

  /** A document with a requirement in each section. All but `elsewhere` concern the call. */
  function documentWith(
    at: Record<keyof ReturnType<typeof sections.generate>['value'] & string, StepUpRule>,
  ): PolicyDocument {
    const base = read(
      'roles: { boss: { extends: [deployer] }, chief: { extends: [boss] } }',
      'commands: { rules: { release: { run: bin/pre_release, roles: [chief] }, other: { run: ls, roles: [chief] } } }',
    )
    return {
      ...base,
      roles: base.roles.map((role) => {
        if (role.name === 'boss') return { ...role, stepUp: [{ role: 'boss', ...at.parent }] }
        if (role.name !== 'chief') return role
        return {
          ...role,
          stepUp: [
            { role: 'boss', ...at.parent },
            { role: 'chief', ...at.role },
          ],
        }
      }),
      commands: base.commands.map((rule) => ({ ...rule, stepUp: rule.id === 'release' ? at.command : at.elsewhere })),
      stepUp: {
        rules: [
          { id: 'permission', permissions: ['process:run'], ...at.permission },
          { id: 'pattern', permissions: ['process:*'], ...at.pattern },
          { id: 'other-permission', permissions: ['app:delete'], ...at.elsewhere },
          { id: 'rack', racks: ['stag*'], ...at.rack },
          { id: 'other-rack', racks: ['production'], ...at.elsewhere },
          { id: 'app', apps: ['web'], ...at.app },
          { id: 'other-app', apps: ['shop'], ...at.elsewhere },
          { id: 'all', permissions: ['process:run'], racks: ['stag*'], apps: ['w*'], ...at.all },
          {
            id: 'all-but-the-rack',
            permissions: ['process:run'],
            racks: ['production'],
            apps: ['w*'],
            ...at.elsewhere,
          },
          { id: 'all-but-the-app', permissions: ['process:run'], racks: ['stag*'], apps: ['shop'], ...at.elsewhere },
          { id: 'all-but-the-permission', permissions: ['app:delete'], racks: ['*'], apps: ['*'], ...at.elsewhere },
        ],
        management: at.elsewhere,
        enrollBy: null,
      },
    }
  }

  /** Larger is stricter. Independent of the code under test. */
  function strictness(level: StepUpLevel | null): number {
    if (level === null) return 0
    if (level.kind === 'recent') return 1 / level.within
    return level.methods === 'any' ? 1_000 : 1_001
  }

  const detached = call(run)

  test('for every combination of sections, levels, and exceptions', () => {
    fc.assert(
      fc.property(sections, fc.boolean(), (at, isRobot) => {
        const document = documentWith(at)
        const who = isRobot ? robot : principal([binding('chief')], { secondFactor: true })
        const decision = compilePolicy(document).decide(who, detached)
        const { elsewhere: _, ...concerned } = at
        const expected = Object.values(concerned)
          .filter(({ except }) => !(isRobot && except.includes('service-account:robots')))
          .map(({ level }) => level)
          .reduce((one, other) => (strictness(other) > strictness(one) ? other : one), null)
        if (expected === null) expect(decision.effect).toBe('allow')
        else if (isRobot) expect([decision.effect, decision.rule]).toEqual(['deny', expect.stringMatching(/^step-up:/)])
        else expect(decision).toMatchObject({ effect: 'require', level: expected })
      }),
      { numRuns: 300 },
    )
  })
})

describe('a step-up rule', () => {
  const lists = fc
    .record({
      permissions: fc.option(
        fc.subarray(['release:promote', 'release:*', 'process:run', 'app:*', '*'], {
          minLength: 1,
        }),
        { nil: undefined },
      ),
      racks: fc.option(fc.subarray(['staging', 'prod*', '*'], { minLength: 1 }), { nil: undefined }),
      apps: fc.option(fc.subarray(['web', 'sh*', '*'], { minLength: 1 }), { nil: undefined }),
    })
    .filter(({ permissions, racks, apps }) => (permissions ?? racks ?? apps) !== undefined)
  const level = fc.constantFrom<StepUpLevel | null>(null, minutes(1), minutes(10), minutes(60), anyFactor, passkey)
  const except = fc.constantFrom<string[]>([], ['service-account:robots'])
  const rule = fc
    .record({ lists, level, except })
    .map(({ lists: named, ...requirement }) => ({ ...named, ...requirement }))
  const names = ['deployer', 'viewer', 'admin'] as const
  const robot = token([binding('deployer')], [binding('admin')], {
    owner: { kind: 'service-account', id: 's', name: 'robots', bindings: [binding('admin')] },
  })
  const callers = [
    robot,
    ...names.flatMap((name) => [true, false].map((secondFactor) => principal([binding(name)], { secondFactor }))),
  ]
  const calls = [
    promote,
    call('GET /apps'),
    call('GET /apps/{app}/releases'),
    call('WS /instances/{id}/shell'),
    call('DELETE /apps/{app}'),
    call(run),
  ]

  /** How much a decision requires: less is 0. Independent of the code under test. */
  function strictness(decision: Decision): number {
    if (decision.effect === 'deny') return 3_000
    if (decision.effect === 'allow' || decision.requirement !== 'step-up') return 0
    const { level: needed } = decision
    if (needed.kind === 'recent') return 1_000 - needed.within / 60_000
    return needed.methods === 'any' ? 2_000 : 2_001
  }

  /** Independent of the code under test. */
  function isConcerned(
    {
      permissions,
      racks,
      apps,
    }: { permissions?: readonly string[]; racks?: readonly string[]; apps?: readonly string[] },
    { app, route: { permission } }: RackCall,
  ): boolean {
    const named = permissions?.some(
      (one) => one === '*' || one === permission || one === permission.replace(/:.*/, ':*'),
    )
    const onRack = racks?.some((one) => one === '*' || one === 'staging')
    const onApp = app !== null && apps?.some((one) => one === '*' || one === app)
    return (named ?? true) && (onRack ?? true) && (apps === undefined || onApp === true)
  }

  test('only adds requirements, on exactly the calls that match its lists', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 3 }),
        rule,
        fc.constantFrom(...callers),
        fc.constantFrom(...calls),
        (before, added, who, made) => {
          const base = builtInPolicy()
          const withRules = (rules: readonly (typeof added)[]) =>
            compilePolicy({
              ...base,
              stepUp: { ...base.stepUp, rules: rules.map((one, at) => ({ id: `rule-${at}`, ...one })) },
            }).decide(who, made)
          const [older, newer] = [withRules(before), withRules([...before, added])]
          expect(strictness(newer)).toBeGreaterThanOrEqual(strictness(older))
          const isExcepted = who === robot && added.except.length > 0
          if (added.level === null || isExcepted || !isConcerned(added, made))
            expect(newer).toEqual({
              ...older,
              policy: newer.policy,
              ...('granted' in newer && { granted: newer.granted }),
            })
          else if (older.effect !== 'deny')
            expect(strictness(newer)).toBe(
              who === robot ? 3_000 : Math.max(strictness(older), strictness(needing(added.level, newer))),
            )
        },
      ),
      { numRuns: 1_000 },
    )
  })

  function needing(needed: StepUpLevel, like: Decision): Decision {
    return { ...like, effect: 'require', requirement: 'step-up', level: needed } as Decision
  }
})

describe('tokens and jobs', () => {
  const own = [binding('deployer')]
  const nightly = token(own, own, { name: 'token:nightly (ada@example.com)' })
  const robots = token(own, own, {
    name: 'token:nightly (robots)',
    owner: { kind: 'service-account', id: 's', name: 'robots', bindings: own },
  })
  const job = principal(own, {
    kind: 'workload',
    name: 'acme/web run 7',
    trust: { id: 't', name: 'deploys', subject: 'repo:acme/web' },
  })
  const lines = (except: string) => [
    'stepUp:',
    '  rules:',
    `    promotes: { permissions: [release:promote], require: { always: any${except} } }`,
  ]

  test.each<[string, Principal, string, string]>([
    ['a token of a user', nightly, 'an API token cannot give one', 'token:nightly (ada@example.com)'],
    ['a token of a service account', robots, 'an API token cannot give one', 'service-account:robots'],
    ['a job', job, 'a CI job cannot give one', 'trust:deploys'],
  ])('are denied: %s', (_what, who, reason, entry) => {
    const decision = policy(...lines('')).decide(who, promote)
    expect(decision).toMatchObject({
      effect: 'deny',
      rule: 'step-up:rule promotes',
      source: 'policy.yaml:4',
      reason: `By the step-up rule promotes, release:promote needs a new proof of your second factor each time, and ${reason}.`,
      permission: 'release:promote',
    })
    expect(decision).toHaveProperty('remedy', expect.stringContaining(entry.replaceAll(/[()]/g, (text) => text)))
    expect(policy(...lines(`, except: ["${entry}"]`)).decide(who, promote)).toMatchObject({ effect: 'allow' })
  })

  describe('with an owner whose role has a level', () => {
    const boss = [binding('boss')]
    const permission = { ...binding('(permissions)'), permissions: ['release:promote'] }
    const document = (except = '') =>
      policy(
        'roles:',
        '  boss:',
        '    extends: [deployer]',
        `    stepUp: { recent: 10m${except} }`,
        '  chief: { extends: [boss] }',
      )

    test.each<[string, Principal]>([
      ['the same role', token(boss, boss)],
      ['the parent role', token([binding('deployer')], boss)],
      ['single permissions', token([permission], boss)],
      ['the parent role, of a role that extends the one with the level', token(own, [binding('chief')])],
      ['the parent role, of an owner who also has it without a level', token(own, [binding('deployer'), ...boss])],
    ])('are denied with %s', (_what, who) => {
      expect(outcome(document().decide(who, promote))).toEqual(['deny', 'step-up:role boss'])
      const excepting = document(', except: ["token:nightly (ada@example.com)"]')
      const named = { ...who, name: 'token:nightly (ada@example.com)' }
      expect(outcome(excepting.decide(named, promote))[0]).toBe('allow')
    })

    test('are not concerned where the role does not apply, or does not grant the permission', () => {
      const elsewhere = [binding('deployer'), binding('boss', { racks: 'production' })]
      expect(document().decide(token(own, elsewhere), promote).effect).toBe('allow')
      const other = policy('roles: { boss: { permissions: [app:delete], stepUp: always } }')
      expect(other.decide(token(own, [binding('deployer'), ...boss]), promote).effect).toBe('allow')
    })
  })

  test('the exception of one rule does not except from another one', () => {
    const two = policy(
      ...lines(', except: [service-account:robots]'),
      '    app-web: { apps: [web], require: { recent: 10m } }',
    )
    expect(outcome(two.decide(robots, promote))).toEqual(['deny', 'step-up:rule app-web'])
  })

  test('are not affected by enrollBy', () => {
    const late = policy('stepUp: { enrollBy: 2020-01-01 }')
    for (const who of [nightly, robots, job]) expect(late.decide(who, promote).effect).toBe('allow')
  })
})

describe('from the time of enrollBy on', () => {
  const by = Date.UTC(2030, 0, 1, 12)
  const late = policy(
    'stepUp:',
    '  enrollBy: 2030-01-01T12:00:00Z',
    '  rules: { promotes: { permissions: [release:promote], require: always } }',
  )
  const without = { ...ada, secondFactor: false }
  const at = (time: number) => ({ ...promote, at: time })

  test('a user without a second factor is denied, and not before', () => {
    expect(late.decide(without, at(by - 1)).effect).toBe('require')
    expect(late.decide(without, at(by))).toMatchObject({
      effect: 'deny',
      rule: 'enrollment',
      source: 'policy.yaml:3',
      reason: expect.stringContaining('since 2030-01-01T12:00:00Z'),
      remedy: 'Log in again, and add a second factor at /gateway/second-factors.',
    })
    expect(late.decide(without, { ...call('GET /apps'), at: by })).toMatchObject({ effect: 'deny', rule: 'enrollment' })
  })

  test('a user with unknown factors is denied', () => {
    const { secondFactor: _, ...unknown } = ada
    expect(late.decide(unknown, at(by))).toMatchObject({ effect: 'deny', rule: 'enrollment' })
  })

  test('a user with a second factor is not', () => {
    expect(late.decide(ada, at(by)).effect).toBe('require')
    expect(late.decide(ada, { ...call('GET /apps'), at: by }).effect).toBe('allow')
  })

  test('a day begins at midnight UTC', () => {
    const day = policy('stepUp: { enrollBy: 2030-01-02 }')
    const midnight = Date.UTC(2030, 0, 2)
    expect(day.decide(without, at(midnight - 1)).effect).toBe('allow')
    expect(day.decide(without, at(midnight)).effect).toBe('deny')
  })
})

describe('whether the policy requires a second factor of a user', () => {
  test.each<[string, readonly string[], Principal, boolean]>([
    ['nothing', [], ada, false],
    [
      'a permission of a role',
      ['stepUp: { rules: { release-promote: { permissions: [release:promote], require: always } } }'],
      ada,
      true,
    ],
    [
      'no permission of a role',
      ['stepUp: { rules: { app-delete: { permissions: [app:delete], require: always } } }'],
      ada,
      false,
    ],
    [
      'a level that requires nothing',
      ['stepUp: { rules: { release-promote: { permissions: [release:promote], require: none } } }'],
      ada,
      false,
    ],
    ['a role', ['roles: { deployer: { extends: [deployer], stepUp: { recent: 1h } } }'], ada, true],
    ['another role', ['roles: { ops: { extends: [ops], stepUp: { recent: 1h } } }'], ada, false],
    ['a command of a role', ['commands: { rules: { x: { run: ls, roles: [deployer], stepUp: always } } }'], ada, true],
    [
      'a command of another role',
      ['commands: { rules: { x: { run: ls, roles: [ops], stepUp: always } } }'],
      ada,
      false,
    ],
    [
      'a rack of a binding',
      ['stepUp: { rules: { rack-prod: { racks: ["prod*"], require: always } } }'],
      principal([binding('viewer', { racks: 'production' })]),
      true,
    ],
    [
      'another rack',
      ['stepUp: { rules: { rack-prod: { racks: ["prod*"], require: always } } }'],
      principal([binding('viewer', { racks: 'staging' })]),
      false,
    ],
    [
      'an app of a binding',
      ['stepUp: { rules: { app-shop: { apps: [shop], require: always } } }'],
      principal([binding('viewer', { apps: 'sh*' })]),
      true,
    ],
    [
      'a role whose binding has expired',
      ['stepUp: { rules: { release-promote: { permissions: [release:promote], require: always } } }'],
      principal([binding('deployer', { expiresAt: now })]),
      false,
    ],
    [
      'a permission on another rack',
      ['stepUp: { rules: { one: { permissions: [release:promote], racks: ["prod*"], require: always } } }'],
      principal([binding('deployer', { racks: 'staging' })]),
      false,
    ],
    [
      'a permission on a rack of the binding',
      ['stepUp: { rules: { one: { permissions: [release:promote], racks: [eu, "prod*"], require: always } } }'],
      principal([binding('deployer', { racks: 'production' })]),
      true,
    ],
    [
      'a permission on another app of the rack',
      ['stepUp: { rules: { one: { permissions: [release:promote], racks: ["*"], apps: [shop], require: always } } }'],
      principal([binding('deployer', { racks: 'staging', apps: 'web' })]),
      false,
    ],
    [
      'another permission on the rack',
      ['stepUp: { rules: { one: { permissions: [app:delete], racks: [staging], require: always } } }'],
      principal([binding('deployer', { racks: 'staging' })]),
      false,
    ],
    ['changes of the gateway', ['stepUp: { management: always }'], principal([]), true],
    ['a token', ['stepUp: { enrollBy: 2030-01-01 }'], token([binding('admin')], [binding('admin')]), false],
  ])('%s', (_what, lines, who, required) => {
    expect(policy(...lines).enrollment(who, now)).toEqual({ required, by: null })
  })

  test('everyone by a certain time', () => {
    const by = Date.UTC(2031, 0, 1)
    expect(policy('stepUp: { enrollBy: 2031-01-01 }').enrollment(principal([]), now)).toEqual({ required: true, by })
  })
})
