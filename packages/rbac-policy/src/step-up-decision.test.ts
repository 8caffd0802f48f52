import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from './document.ts'
import { compilePolicy, type Policy } from './policy.ts'
import type { PolicyDocument, StepUpRule } from './policy-document.ts'
import { binding, call, now, principal, token } from './testing/calls.ts'
import type { Decision, Principal, RackCall, StepUpLevel } from './types.ts'

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
  if (decision.effect !== 'needs') return [decision.effect, decision.rule]
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

  test('requires no proof if it comes from an older gateway, which has no section stepUp', () => {
    const { stepUp: _, ...older } = builtInPolicy()
    expect(outcome(compilePolicy(older as PolicyDocument).decide(ada, promote))).toEqual(['allow', 'role:deployer'])
  })
})

describe('a requirement', () => {
  test('says what permits the call once it is met, where it is defined, why, and what to do', () => {
    const decision = policy('stepUp:', '  permissions: { release:promote: { recent: 10m } }').decide(ada, promote)
    expect(decision).toMatchObject({
      effect: 'needs',
      requirement: 'step-up',
      level: minutes(10),
      rule: 'step-up:permission release:promote',
      source: 'policy.yaml:3',
      permission: 'release:promote',
      reason: 'release:promote needs a proof of your second factor that is at most 10 minutes old.',
      remedy: 'Prove your second factor, and repeat the call.',
      roles: ['deployer'],
      granted: { effect: 'allow', rule: 'role:deployer', source: expect.stringMatching(/^built-in:/) },
    })
  })

  test('applies for each command rule that permits the command, not only for the first one', () => {
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
      'needs',
      'step-up:command release',
      passkey,
    ])
    expect(outcome(rules(', stepUp: { recent: 5m }', ', stepUp: { recent: 10m }').decide(ada, detached))).toEqual([
      'needs',
      'step-up:command any-release',
      minutes(5),
    ])
    expect(rules('', ', stepUp: always, services: [web]').decide(ada, detached).effect).toBe('allow')
    expect(rules('', ', stepUp: always', 'ops').decide(ada, detached).effect).toBe('allow')
  })

  test('asks a user without a second factor to add one', () => {
    const decision = policy('stepUp: { permissions: { release:promote: always } }').decide(
      { ...ada, secondFactor: false },
      promote,
    )
    expect(decision).toMatchObject({ effect: 'needs', remedy: 'Add a second factor, prove it, and repeat the call.' })
  })

  test('never replaces a denial', () => {
    const strict = policy(
      'stepUp: { permissions: { "*": always }, racks: { "*": always }, enrollBy: 2020-01-01 }',
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
      ['stepUp: { permissions: { release:promote: always } }'],
      ada,
      promote,
      ['step-up:permission release:promote', passkey],
    ],
    [
      'of a pattern of permissions',
      ['stepUp: { permissions: { "release:*": always } }'],
      ada,
      promote,
      ['step-up:permission release:*', passkey],
    ],
    [
      'of a second required permission',
      ['stepUp: { permissions: { env:write: always } }'],
      ada,
      call('POST /apps/{app}/releases', { environment: { changed: ['A'] } }),
      ['step-up:permission env:write', passkey],
    ],
    [
      'of a rack',
      ['stepUp: { racks: { "stag*": { recent: 1h } } }'],
      ada,
      promote,
      ['step-up:rack stag*', minutes(60)],
    ],
    ['of an app', ['stepUp: { apps: { web: { always: any } } }'], ada, promote, ['step-up:app web', anyFactor]],
    [
      'of the app of a resource',
      ['stepUp: { apps: { shop: { always: any } } }'],
      ada,
      call('WS /proxy/{host}/{port}', { resource: { app: 'shop', name: 'db' } }),
      ['step-up:app shop', anyFactor],
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
      ['stepUp: { permissions: { process:exec: always } }'],
      admin,
      call(exec, { process: { id: 'p', known: true, service: 'web', own: false } }),
      ['step-up:permission process:exec', passkey],
    ],
  ])('%s', (_what, lines, who, made, [rule, level]) => {
    expect(outcome(policy(...lines).decide(who, made))).toEqual(['needs', rule, level])
  })

  test.each<[string, readonly string[], Principal, RackCall]>([
    ['another permission', ['stepUp: { permissions: { app:delete: always } }'], ada, promote],
    ['another rack', ['stepUp: { racks: { production: always } }'], ada, promote],
    ['another app', ['stepUp: { apps: { shop: always } }'], ada, promote],
    ['an app, by a list of all apps', ['stepUp: { apps: { "*": always } }'], ada, call('GET /apps')],
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
      ['stepUp: { permissions: { process:exec: always, process:stop: always } }'],
      ada,
      call(exec, { process: { id: 'p', known: true, service: 'command', own: true } }),
    ],
  ])('does not concern %s', (_what, lines, who, made) => {
    expect(policy(...lines).decide(who, made).effect).toBe('allow')
  })

  test('"none" does not weaken a stricter requirement', () => {
    const both = policy('stepUp: { permissions: { release:promote: none }, apps: { web: { recent: 10m } } }')
    expect(outcome(both.decide(ada, promote))).toEqual(['needs', 'step-up:app web', minutes(10)])
    const inherited = policy(
      'roles: { boss: { permissions: [release:promote], stepUp: always }, chief: { extends: [boss], stepUp: none } }',
    )
    expect(outcome(inherited.decide(principal([binding('chief')]), promote))).toEqual([
      'needs',
      'step-up:role boss',
      passkey,
    ])
  })

  test('has sentences of one line without percent signs', () => {
    const strict = policy('stepUp: { racks: { "*": always } }')
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
        permissions: [
          { pattern: 'process:run', ...at.permission },
          { pattern: 'process:*', ...at.pattern },
          { pattern: 'app:delete', ...at.elsewhere },
        ],
        racks: [
          { pattern: 'stag*', ...at.rack },
          { pattern: 'production', ...at.elsewhere },
        ],
        apps: [
          { pattern: 'web', ...at.app },
          { pattern: 'shop', ...at.elsewhere },
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
        else expect(decision).toMatchObject({ effect: 'needs', level: expected })
      }),
      { numRuns: 300 },
    )
  })
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
  const lines = (except: string) => ['stepUp:', `  permissions: { release:promote: { always: any${except} } }`]

  test.each<[string, Principal, string, string]>([
    ['a token of a user', nightly, 'an API token cannot give one', 'token:nightly (ada@example.com)'],
    ['a token of a service account', robots, 'an API token cannot give one', 'service-account:robots'],
    ['a job', job, 'a CI job cannot give one', 'trust:deploys'],
  ])('are denied: %s', (_what, who, reason, entry) => {
    const decision = policy(...lines('')).decide(who, promote)
    expect(decision).toMatchObject({
      effect: 'deny',
      rule: 'step-up:permission release:promote',
      source: 'policy.yaml:3',
      reason: `release:promote needs a new proof of your second factor each time, and ${reason}.`,
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
    const two = policy(...lines(', except: [service-account:robots]'), '  apps: { web: { recent: 10m } }')
    expect(outcome(two.decide(robots, promote))).toEqual(['deny', 'step-up:app web'])
  })

  test('are not affected by enrollBy', () => {
    const late = policy('stepUp: { enrollBy: 2020-01-01 }')
    for (const who of [nightly, robots, job]) expect(late.decide(who, promote).effect).toBe('allow')
  })
})

describe('from the time of enrollBy on', () => {
  const by = Date.UTC(2030, 0, 1, 12)
  const late = policy('stepUp:', '  enrollBy: 2030-01-01T12:00:00Z', '  permissions: { release:promote: always }')
  const without = { ...ada, secondFactor: false }
  const at = (time: number) => ({ ...promote, at: time })

  test('a user without a second factor is denied, and not before', () => {
    expect(late.decide(without, at(by - 1)).effect).toBe('needs')
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
    expect(late.decide(ada, at(by)).effect).toBe('needs')
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
    ['a permission of a role', ['stepUp: { permissions: { release:promote: always } }'], ada, true],
    ['no permission of a role', ['stepUp: { permissions: { app:delete: always } }'], ada, false],
    ['a level that requires nothing', ['stepUp: { permissions: { release:promote: none } }'], ada, false],
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
      ['stepUp: { racks: { prod*: always } }'],
      principal([binding('viewer', { racks: 'production' })]),
      true,
    ],
    [
      'another rack',
      ['stepUp: { racks: { prod*: always } }'],
      principal([binding('viewer', { racks: 'staging' })]),
      false,
    ],
    [
      'an app of a binding',
      ['stepUp: { apps: { shop: always } }'],
      principal([binding('viewer', { apps: 'sh*' })]),
      true,
    ],
    [
      'a role whose binding has expired',
      ['stepUp: { permissions: { release:promote: always } }'],
      principal([binding('deployer', { expiresAt: now })]),
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
