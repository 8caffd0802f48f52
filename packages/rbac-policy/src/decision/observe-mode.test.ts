import { readCommand } from '@rack-gateway/command-matcher'
import { rackRoutes } from '@rack-gateway/convox-api'
import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import type { Binding, Decision, Principal, RackCall } from '../model/types.ts'
import { definePolicy } from '../packages/define-policy.ts'
import { createPolicyPackages } from '../packages/policy-packages.ts'
import { compilePolicy, type Policy } from '../policy/policy.ts'
import { allowedRoles } from '../testing/allowed-roles.ts'
import { binding, call, moment, now, principal, token } from '../testing/calls.ts'

const until = now + 86_400_000
const observes = (rack: string, at: number) => rack !== 'production' && at < until

function observing(...lines: readonly string[]): Policy {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return compilePolicy(document, { observes })
}

const builtIn = compilePolicy(builtInPolicy(), { observes })
const viewer = principal([binding('viewer')])
const promote = (change: Partial<RackCall> = {}) => call('POST /apps/{app}/releases/{id}/promote', change)
const run = (command: string, change: Partial<RackCall> = {}) =>
  call('POST /apps/{app}/services/{service}/processes', { command: readCommand(command, 'run'), ...change })
const exec = (command: string, change: Partial<RackCall> = {}) =>
  call('WS /apps/{app}/processes/{pid}/exec', { command: readCommand(command, 'exec'), ...change })

const passes = (rule: string, effect = 'deny') => ({
  effect: 'allow',
  rule: 'observe-mode',
  source: 'gateway',
  wouldBe: { effect, rule },
})
const stays = (rule: string) => ({ effect: 'deny', rule })

describe('what passes', () => {
  test('a call without its permission, with the decision that is not enforced', () => {
    const decision = builtIn.decide(viewer, promote())
    const { wouldBe, ...allowed } = decision as Extract<Decision, { effect: 'allow' }>
    const { effect, rule, source, reason, remedy } = compilePolicy(builtInPolicy()).decide(
      viewer,
      promote(),
    ) as Extract<Decision, { effect: 'deny' }>
    expect(wouldBe).toEqual({ effect, rule, source, reason, remedy })
    expect(rule).toBe('no-permission')
    expect(allowed).toEqual({
      effect: 'allow',
      rule: 'observe-mode',
      source: 'gateway',
      permission: 'release:promote',
      reason: expect.stringContaining('observe mode'),
      roles: ['viewer'],
      bindings: ['binding-viewer'],
      policy: builtIn.hash,
    })
  })

  test('a call on another app of the same rack', () => {
    const elsewhere = principal([binding('viewer', { apps: 'billing' })])
    expect(builtIn.decide(elsewhere, promote())).toMatchObject({ ...passes('no-binding'), roles: [], bindings: [] })
    expect(builtIn.decide(elsewhere, call('DELETE /instances/{id}'))).toMatchObject(passes('no-binding'))
  })

  test.each([
    ['no rule has its words', 'rake db:drop', {}, 'command:no-rule'],
    ['shell syntax', 'rake db:seed; printenv', {}, 'command:shell-syntax'],
    ['another service', 'bin/pre_release', { service: 'web' }, 'command:run-service'],
  ])('a command that no command rule allows: %s', (_, command, change, rule) => {
    const deployer = principal([binding('deployer')])
    expect(builtIn.decide(deployer, run(command, change))).toMatchObject(passes(rule))
    expect(builtIn.decide(token([binding('deployer')], [binding('deployer')]), run(command, change))).toMatchObject(
      passes(rule),
    )
  })

  test('the start of an attached run, and its exec', () => {
    const own = { id: 'p1', known: true, service: 'command', own: true }
    expect(builtIn.decide(viewer, run('sleep 3600'))).toMatchObject(passes('no-permission'))
    expect(builtIn.decide(viewer, exec('rails console', { process: own }))).toMatchObject(passes('no-permission'))
    const deployer = principal([binding('deployer')])
    expect(builtIn.decide(deployer, exec('rails console', { process: own }))).toMatchObject(passes('command:no-rule'))
  })

  test('options that the nearest command rule forbids', () => {
    const policy = observing(
      'commands: { rules: { console: { run: rails console, roles: [deployer], interactive: false } } }',
    )
    const command = { ...readCommand('rails console', 'exec'), options: options({ interactive: true }) }
    const process = { id: 'p1', known: true, service: 'command', own: true }
    expect(policy.decide(principal([binding('deployer')]), exec('', { command, process }))).toMatchObject(
      passes('command:options'),
    )
  })

  test('a call without a proof, also of a token, and also until a factor is added', () => {
    const policy = observing(
      'stepUp: { enrollBy: 2029-01-01T00:00:00Z, rules: { all: { racks: ["*"], require: { recent: 10m } } } }',
    )
    const enrolled = principal([binding('deployer')], { secondFactor: true })
    const rule = 'step-up:rule all'
    expect(policy.decide(enrolled, promote())).toMatchObject(passes(rule, 'require'))
    expect(policy.decide(principal([binding('deployer')]), promote())).toMatchObject(passes('enrollment'))
    expect(policy.decide(token([binding('ci')], [binding('ci')]), promote())).toMatchObject(passes(rule))
  })

  test('a call that the policy allows is not marked', () => {
    const decision = builtIn.decide(principal([binding('deployer')]), promote())
    expect(decision).toMatchObject({ effect: 'allow', rule: 'role:deployer' })
    expect(decision).not.toHaveProperty('wouldBe')
  })
})

function options(change: Partial<NonNullable<NonNullable<RackCall['command']>['options']>>) {
  return { interactive: null, entrypoint: null, environment: [], newestRelease: null, ...change }
}

describe('what stays denied', () => {
  test('calls on a rack that is not observed, and after the end', () => {
    expect(builtIn.decide(viewer, promote({ rack: 'production' }))).toMatchObject(stays('no-permission'))
    expect(builtIn.decide(viewer, promote({ at: until - 1 }))).toMatchObject(passes('no-permission'))
    expect(builtIn.decide(viewer, promote({ at: until }))).toMatchObject(stays('no-permission'))
  })

  test.each<[string, readonly Binding[]]>([
    ['no binding', []],
    ['an expired binding', [binding('admin', { expiresAt: now })]],
    ['a binding on another rack', [binding('admin', { racks: 'production' })]],
    ['a binding to a role that does not exist', [binding('no-such-role')]],
    ['a binding to a role of the gateway itself', [binding('auditor')]],
  ])('every call of a user with %s, and of a token of such an owner', (_, bindings) => {
    for (const { id } of rackRoutes) {
      expect(builtIn.decide(principal(bindings), call(id)), id).toMatchObject({ effect: 'deny' })
      expect(builtIn.decide(token([binding('admin')], bindings), call(id)), id).toMatchObject({ effect: 'deny' })
    }
  })

  test('a call on a rack for which the credential is not', () => {
    const bound = principal([binding('admin')], { rack: 'production' })
    expect(builtIn.decide(bound, promote())).toMatchObject(stays('rack-bound'))
  })

  test('a call that the own permissions or apps of a token do not include', () => {
    const owner = [binding('admin')]
    expect(builtIn.decide(token([binding('viewer')], owner), promote())).toMatchObject(stays('no-permission'))
    expect(builtIn.decide(token([binding('ci', { apps: 'billing' })], owner), promote())).toMatchObject(
      stays('no-binding'),
    )
    expect(builtIn.decide(token([binding('ci', { expiresAt: now })], owner), promote())).toMatchObject(
      stays('no-binding'),
    )
    expect(builtIn.decide(principal(owner, { kind: 'api-token' }), promote())).toMatchObject(stays('no-binding'))
  })

  test('but a permission that only the owner of a token lacks passes', () => {
    const owner = { kind: 'service-account', id: 'ci', name: 'ci' } as const
    for (const bindings of [[binding('viewer')], [binding('viewer', { apps: 'billing' })]]) {
      expect(builtIn.decide(token([binding('ci')], bindings), promote())).toMatchObject({ rule: 'observe-mode' })
      const ofServiceAccount = token([binding('ci')], [], { owner: { ...owner, bindings } })
      expect(builtIn.decide(ofServiceAccount, promote())).toMatchObject({ rule: 'observe-mode' })
    }
  })

  test('a command of a token with individual permissions, which names no role', () => {
    const permissions = ['process:run']
    const individual = token([binding('(permissions)', { permissions })], [binding('admin')])
    expect(builtIn.decide(individual, run('bin/pre_release'))).toMatchObject(stays('command:no-rule'))
    const both = token([binding('(permissions)', { permissions }), binding('deployer')], [binding('admin')])
    expect(builtIn.decide(both, run('rake db:drop'))).toMatchObject(passes('command:no-rule'))
  })

  test('every call of a CI job that its trust does not allow', () => {
    const job = principal([binding('ci')], { kind: 'workload' })
    expect(builtIn.decide(job, call('DELETE /apps/{app}'))).toMatchObject(stays('no-permission'))
    expect(builtIn.decide(job, run('rake db:drop'))).toMatchObject(stays('command:no-rule'))
  })

  test.each([
    ['empty', 'command:empty', { command: readCommand('', 'run') }],
    ['not split by the rack', 'command:unreadable', { command: readCommand("rake 'db", 'run') }],
    ['absent', 'command:unreadable', { command: null }],
    ['too long', 'command:too-long', { command: readCommand(`rake ${'x'.repeat(20_000)}`, 'run') }],
    ['for an exec', 'command:unreadable', { command: readCommand('bin/pre_release', 'exec') }],
  ])('a command that is %s', (_, rule, change) => {
    for (const role of ['viewer', 'deployer'])
      expect(builtIn.decide(principal([binding(role)]), run('', change))).toMatchObject(stays(rule))
  })

  test('a call that the conditions of the only role with its permission exclude', () => {
    const policy = observing(
      'roles:',
      '  office: { extends: [deployer], when: { addresses: [10.0.0.0/8] } }',
      '  one-app: { extends: [deployer], when: { apps: [billing] } }',
      '  program: { extends: [deployer], when: { callers: [workload] } }',
    )
    for (const role of ['office', 'one-app', 'program']) {
      const rule = `condition:${role}`
      for (const bindings of [[binding(role)], [binding('viewer'), binding(role)]])
        expect(policy.decide(principal(bindings), promote())).toMatchObject(stays(rule))
    }
    const onBilling = principal([binding('viewer', { apps: 'billing' }), binding('office', { apps: 'web' })])
    for (const one of [promote(), call('DELETE /apps/{app}')])
      expect(policy.decide(onBilling, one)).toMatchObject(stays('condition:office'))
    const inOffice = promote({ address: '10.1.2.3' })
    expect(policy.decide(principal([binding('office')]), inOffice)).toMatchObject({ rule: 'role:office' })
    // A binding whose conditions are not met is no binding on the rack.
    const onlyOutside = principal([binding('office', { apps: 'billing' })])
    expect(policy.decide(onlyOutside, call('DELETE /apps/{app}'))).toMatchObject({ effect: 'deny' })
    expect(policy.decide(onlyOutside, call('DELETE /apps/{app}', { address: '10.1.2.3' }))).toMatchObject(
      passes('no-binding'),
    )
  })

  test('a command that only a role with a condition could run, although another role has the permission for runs', () => {
    const policy = observing(
      'roles: { office: { extends: [deployer], when: { addresses: [10.0.0.0/8] } }, one-app: { extends: [deployer], when: { apps: [billing] } } }',
      'commands: { rules: { console: { run: rails console, roles: [deployer], interactive: false }, jobs: { run: rake jobs, roles: [deployer] } } }',
    )
    const process = { id: 'p1', known: true, service: 'command', own: true }
    for (const role of ['office', 'one-app']) {
      const both = principal([binding('ops'), binding(role)])
      const console = { ...readCommand('rails console', 'exec'), options: options({ interactive: true }) }
      for (const one of [run('rake jobs'), run('sleep 60'), exec('', { command: console, process })])
        expect(policy.decide(both, one)).toMatchObject(stays(`condition:${role}`))
      expect(policy.decide(both, run('rake db:drop'))).toMatchObject(passes('command:no-rule'))
    }
    const inOffice = run('rake jobs', { address: '10.1.2.3' })
    expect(policy.decide(principal([binding('ops'), binding('office')]), inOffice).effect).toBe('allow')
    expect(policy.decide(principal([binding('ops')]), run('rake jobs'))).toMatchObject(passes('command:no-rule'))
  })

  test("a call of a token that a condition on apps of its owner's role excludes", () => {
    const policy = observing('roles: { one-app: { extends: [deployer], when: { apps: [billing] } } }')
    for (const bindings of [[binding('one-app')], [binding('viewer'), binding('one-app')]])
      expect(policy.decide(token([binding('ci')], bindings), promote())).toMatchObject(stays('condition:one-app'))
    expect(policy.decide(token([binding('ci')], [binding('viewer')]), promote())).toMatchObject(passes('no-permission'))
  })

  test.each([
    ['its words match', 'console: { run: rails console, roles: [deployer], WHEN }', 'rails console'],
    [
      'its options do not fit, either',
      'console: { run: rails console, roles: [deployer], interactive: false, WHEN }',
      'rails console',
    ],
    [
      'another rule fits except for its options',
      'first: { run: rails console, roles: [deployer], interactive: false }, console: { run: rails console, roles: [deployer], WHEN }',
      'rails console',
    ],
    [
      'the words have shell syntax',
      `console: { run: "rails runner 'a;b'", roles: [deployer], WHEN }`,
      `rails runner 'a;b'`,
    ],
  ])('a command whose command rule has a condition that is not met: %s', (_, rules, command) => {
    const policy = observing(`commands: { rules: { ${rules.replace('WHEN', 'when: { addresses: [10.0.0.0/8] }')} } }`)
    const read = { ...readCommand(command, 'exec'), options: options({ interactive: true }) }
    const process = { id: 'p1', known: true, service: 'command', own: true }
    const deployer = principal([binding('deployer')])
    expect(policy.decide(deployer, exec('', { command: read, process }))).toMatchObject(
      stays('condition:command:console'),
    )
    expect(policy.decide(deployer, exec('', { command: read, process, address: '10.0.0.1' })).effect).toBe('allow')
  })

  test('the start of an attached run, if no command rule applies because of its condition', () => {
    const policy = observing(
      'commands: { extend: none, rules: { console: { run: rails console, roles: [deployer], when: { addresses: [10.0.0.0/8] } } } }',
    )
    const deployer = principal([binding('deployer')])
    expect(policy.decide(deployer, run('sleep 60'))).toMatchObject(stays('condition:command:console'))
    expect(policy.decide(deployer, run('sleep 60', { service: 'web' }))).toMatchObject(passes('command:run-service'))
  })

  test('protected keys, of releases and of runs, with the rule that protects them', () => {
    const policy = observing('protected: { environment: [DATABASE_URL] }')
    const release = call('POST /apps/{app}/releases', { environment: { changed: ['DATABASE_URL'] } })
    for (const role of ['viewer', 'deployer'])
      expect(policy.decide(principal([binding(role)]), release)).toMatchObject(stays('protected-key'))
    const command = { ...readCommand('rake x', 'run'), options: options({ environment: ['DATABASE_URL'] }) }
    expect(policy.decide(viewer, run('', { command }))).toMatchObject(stays('protected-key'))
  })

  test('processes of builds and of no service', () => {
    const build = { id: 'p1', known: true, service: 'build', own: false }
    expect(builtIn.decide(viewer, exec('sh', { process: build }))).toMatchObject(stays('blocked:build'))
    expect(builtIn.decide(viewer, run('sh', { service: 'build' }))).toMatchObject(stays('blocked:build'))
    const none = { id: 'p1', known: true, service: null, own: false }
    expect(builtIn.decide(viewer, exec('sh', { process: none }))).toMatchObject(stays('blocked:no-service'))
  })

  test('processes of the rack itself, and changes of its app', () => {
    for (const id of [
      'WS /apps/{app}/processes/{pid}/exec',
      'DELETE /apps/{app}',
      'POST /apps/{app}/processes/{pid}/files',
    ])
      expect(builtIn.decide(viewer, call(id, { app: 'system' }))).toMatchObject(stays('blocked:rack-app'))
  })

  test('proxies to addresses that nobody can reach, and to hosts that the policy does not name', () => {
    const proxy = (host: string, port = '5432') => call('WS /proxy/{host}/{port}', { params: { host, port } })
    expect(builtIn.decide(viewer, proxy('api.internal', '443'))).toMatchObject(stays('blocked:rack-api'))
    expect(builtIn.decide(viewer, proxy('127.0.0.1'))).toMatchObject(stays('blocked:local-address'))
    expect(builtIn.decide(viewer, proxy('db.internal'))).toMatchObject(stays('proxy-host'))
    const resource = { app: 'web', name: 'database' }
    expect(builtIn.decide(viewer, { ...proxy('db.internal'), resource })).toMatchObject(passes('no-permission'))
  })

  test('routes whose responses cannot be masked, also without a proof', () => {
    const policy = observing('stepUp: { rules: { all: { racks: ["*"], require: { recent: 10m } } } }')
    const opaque = rackRoutes.filter(({ mask }) => mask === 'opaque')
    expect(opaque.length).toBeGreaterThan(5)
    for (const { id } of opaque) {
      expect(builtIn.decide(viewer, call(id)), id).toMatchObject({ effect: 'deny' })
      const admin = policy.decide(principal([binding('admin')], { secondFactor: true }), call(id))
      expect(admin.effect, id).toBe(allowedRoles[id] === 'blocked' ? 'deny' : 'require')
    }
  })

  test('denials of policy packages, which see that observe mode allows the call', async () => {
    const seen: string[] = []
    const friday = definePolicy({
      name: 'friday',
      evaluate(_call, { decision }) {
        seen.push(decision.rule)
        return { effect: 'deny', rule: 'friday', reason: 'It is Friday.', next: 'Wait.' }
      },
    })
    const packages = createPolicyPackages({
      loaded: [{ policy: friday, entry: 'friday', version: null, sha256: '' }],
      policy: builtIn,
      now: () => now,
      log: { message() {}, slow() {}, failed() {} },
    })
    const decision = builtIn.decide(viewer, promote())
    if (decision.effect === 'deny') throw new Error('observe mode must allow the call')
    const narrowed = await packages.narrow({ principal: viewer, call: promote(), decision })
    expect(narrowed).toMatchObject(stays('package:friday:friday'))
    expect(narrowed).not.toHaveProperty('wouldBe')
    expect(seen).toEqual(['observe-mode'])
  })
})

describe('what does not depend on observe mode', () => {
  const enforced = compilePolicy(builtInPolicy())
  const web = { rack: 'staging', app: 'web', scope: 'app' } as const
  const everywhere = { rack: '*', app: null, scope: 'rack' } as const

  test('permissions, which decide about masks, lists, and the management API', () => {
    for (const permission of ['secret:read', 'env:read', 'release:read', 'release:promote'])
      for (const role of ['viewer', 'ops', 'deployer'])
        expect(builtIn.hasPermission(principal([binding(role)]), permission, web, moment())).toBe(
          enforced.hasPermission(principal([binding(role)]), permission, web, moment()),
        )
    const elsewhere = principal([binding('viewer', { apps: 'billing' })])
    expect(builtIn.canSeeApp(elsewhere, 'staging', 'web', moment())).toBe(false)
    expect(builtIn.racksOf(principal([]), ['staging'], moment())).toEqual([])
  })

  test('calls of the management API', () => {
    const permission = 'gateway:binding:write'
    expect(builtIn.checkPermission(viewer, permission, everywhere, moment())).toMatchObject({ rule: 'no-permission' })
    expect(builtIn.canGrant(viewer, { role: 'admin', racks: '*', apps: '*', until: null }, moment())).not.toBeNull()
    const strict = observing('stepUp: { enrollBy: 2029-01-01T00:00:00Z }')
    const change = { permission, scope: 'gateway', stepUp: 'management' } as const
    expect(strict.managementStepUp(viewer, change, moment())).toMatchObject({ rule: 'enrollment' })
  })
})

describe('a call that can be allowed', () => {
  const web = { rack: 'staging', app: 'web', scope: 'app' } as const

  test('is one with the permission, or one that observe mode lets pass', () => {
    const canAllow = (who: Principal, permission = 'release:promote', at = now) =>
      builtIn.canAllow(who, permission, web, moment(at))
    expect(canAllow(viewer, 'app:read', until)).toBe(true)
    expect(canAllow(viewer)).toBe(true)
    expect(canAllow(viewer, 'release:promote', until)).toBe(false)
    expect(canAllow(principal([]))).toBe(false)
    expect(canAllow(principal([binding('viewer')], { kind: 'workload' }))).toBe(false)
    expect(canAllow(principal([binding('viewer')], { rack: 'production' }))).toBe(false)
    expect(canAllow(token([binding('viewer')], [binding('admin')]))).toBe(false)
    expect(canAllow(token([binding('ci')], [binding('viewer')]))).toBe(true)
    expect(canAllow(token([binding('ci')], []))).toBe(false)
  })
})

describe('every route × role × kind of principal', () => {
  const roles = ['viewer', 'ops', 'deployer', 'ci', 'admin', 'auditor', 'no-such-role']
  const letters: Readonly<Record<string, string>> = { viewer: 'V', ops: 'O', deployer: 'D', ci: 'C' }
  const isAllowedByTable = (route: string, role: string) =>
    allowedRoles[route] !== 'blocked' &&
    (role === 'admin' || (allowedRoles[route] ?? '').includes(letters[role] ?? 'nobody'))
  const isCovered = (role: string) => role === 'admin' || role in letters
  const opaque = new Set(rackRoutes.filter(({ mask }) => mask === 'opaque').map(({ id }) => id))
  /** With a role on the rack: every route that is not blocked, and whose response can be masked. */
  const lenient = (route: string, role: string) =>
    isAllowedByTable(route, role) || (isCovered(role) && allowedRoles[route] !== 'blocked' && !opaque.has(route))
  /** The role ops has `process:run`, and no command rule. */
  const commandRoutes = new Set([run('').route.id, exec('').route.id])
  const serviceAccount = { kind: 'service-account', id: 'ci', name: 'ci' } as const

  const kinds: readonly {
    kind: string
    of: (role: string) => Principal
    allows: (route: string, role: string) => boolean
  }[] = [
    { kind: 'user', of: (role) => principal([binding(role)]), allows: lenient },
    {
      kind: 'user with the role on another app',
      of: (role) => principal([binding(role, { apps: 'billing' })]),
      allows: (route, role) => (opaque.has(route) ? false : isCovered(role) && allowedRoles[route] !== 'blocked'),
    },
    {
      kind: 'token with every permission of an owner with the role',
      of: (role) => token([binding('admin')], [binding(role)]),
      allows: lenient,
    },
    {
      kind: 'token with every permission of a service account with the role',
      of: (role) => token([binding('admin')], [], { owner: { ...serviceAccount, bindings: [binding(role)] } }),
      allows: lenient,
    },
    {
      kind: 'token with the role of an administrator',
      of: (role) => token([binding(role)], [binding('admin')]),
      allows: (route, role) => isAllowedByTable(route, role) || (role === 'ops' && commandRoutes.has(route)),
    },
    { kind: 'workload', of: (role) => principal([binding(role)], { kind: 'workload' }), allows: isAllowedByTable },
  ]

  test.each(kinds.flatMap((kind) => roles.map((role) => ({ ...kind, role }))))(
    '$kind, $role',
    ({ of, allows, role }) => {
      const effects = Object.fromEntries(rackRoutes.map(({ id }) => [id, builtIn.decide(of(role), call(id)).effect]))
      const expected = Object.fromEntries(rackRoutes.map(({ id }) => [id, allows(id, role) ? 'allow' : 'deny']))
      expect(effects).toEqual(expected)
    },
  )

  test.each(kinds)('$kind: what only observe mode allows has the enforced decision', ({ of }) => {
    const enforced = compilePolicy(builtInPolicy())
    for (const role of roles) {
      for (const { id } of rackRoutes) {
        const [strict, observed] = [enforced.decide(of(role), call(id)), builtIn.decide(of(role), call(id))]
        if (strict.effect === 'allow') expect(observed).toEqual(strict)
        else if (observed.effect === 'allow')
          expect(observed).toMatchObject({ rule: 'observe-mode', wouldBe: { effect: 'deny', rule: strict.rule } })
      }
    }
  })
})
