import { describe, expect, test } from 'vitest'
import { builtInPolicy, readPolicy } from '../document/document.ts'
import { compilePolicy } from '../policy/policy.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { binding, call, principal } from '../testing/calls.ts'
import { grant } from '../testing/request-rules.ts'
import { studyImpact } from './policy-impact.ts'
import type { RecordedCall } from './recorded-call.ts'

const current = builtInPolicy()

function written(...lines: readonly string[]): PolicyDocument {
  const { document, problems } = readPolicy(['version: 1', ...lines, ''].join('\n'), 'policy.yaml')
  if (document === null) throw new Error(problems.map(({ text }) => text).join('; '))
  return document
}

function recorded(change: Partial<RecordedCall> & { role?: string } = {}): RecordedCall {
  const { role = 'deployer', ...rest } = change
  return {
    at: '2030-01-07T12:00:00.000Z',
    principal: { kind: 'user', id: 'u1', name: 'ada@example.com', roles: [role] },
    source: { address: '192.0.2.1' },
    rack: 'staging',
    app: 'web',
    route: 'POST /apps/{app}/releases/{id}/promote',
    path: '/rack/staging/apps/web/releases/R1/promote',
    parameters: { query: [], form: [], headers: [] },
    decision: { effect: 'allow', rule: 'role:deployer' },
    ...rest,
  }
}

function run(
  command: string,
  effect: 'allow' | 'deny',
  change: Partial<RecordedCall> & { role?: string } = {},
): RecordedCall {
  return recorded({
    route: 'POST /apps/{app}/services/{service}/processes',
    path: '/apps/web/services/command/processes',
    service: 'command',
    command: command.split(' '),
    decision: { effect, rule: 'command:x' },
    ...change,
  })
}

function impact(proposed: PolicyDocument, ...calls: readonly RecordedCall[]) {
  const study = studyImpact(current, proposed)
  for (const call of calls) study.add(call)
  return study.result(10)
}

/** A recorded run by an API token with this role. */
function ofToken(role: string, command: string): RecordedCall {
  const owner = { kind: 'user', id: 'u1', name: 'ada@example.com' }
  return run(command, 'allow', { principal: { kind: 'api-token', id: 't1', name: 'nightly', roles: [role], owner } })
}

const noPromotion = written('blocked:', '  POST /apps/{app}/releases/{id}/promote: { reason: A freeze. }')

describe('the impact of a proposed document on recorded calls', () => {
  test('counts a call under a grant with the role of the grant', () => {
    const promotion = call('POST /apps/{app}/releases/{id}/promote')
    const ada = principal([binding('viewer')], { grants: [grant()] })
    const decision = compilePolicy(current).decide(ada, promotion)
    expect(decision).toMatchObject({ effect: 'allow', roles: ['viewer', 'deployer'], grant: { id: 'grant-1' } })
    const underGrant = recorded({
      principal: { kind: 'user', id: 'u1', name: 'ada@example.com', roles: decision.roles },
      decision: { effect: 'allow', rule: decision.rule, grant: 'grant-1' },
    })
    const same = impact(written('proxy: { hosts: [db.internal] }'), underGrant)
    expect(same).toMatchObject({ calls: 1, unclear: 0, denied: 0, allowed: 0 })
    expect(impact(noPromotion, underGrant)).toMatchObject({ unclear: 0, denied: 1 })
  })

  test('is empty for the same document', () => {
    expect(impact(current, recorded(), run('bin/pre_release', 'allow'), run('sh', 'deny'))).toEqual({
      calls: 3,
      unclear: 0,
      packages: 0,
      allowed: 0,
      denied: 0,
      changes: [],
      more: 0,
      stepUp: { prompts: 0, users: 0, denied: 0, requirements: [] },
    })
  })

  test('has exactly the commands that a prefix would allow', () => {
    const proposed = written('commands: { rules: { reports: { run: rake reports:*, roles: [deployer] } } }')
    const commands = ['rake reports:daily', 'rake reports:', 'rake reports:daily --trace', 'rake reports:a;sh']
    const { allowed, denied, changes } = impact(proposed, ...commands.map((command) => run(command, 'deny')))
    expect({ allowed, denied, changes: changes.length }).toEqual({ allowed: 1, denied: 0, changes: 1 })
  })

  test('compares with the decision of the policy, for calls that observe mode allowed', () => {
    const observed = (effect: string, role: string) =>
      recorded({
        role,
        decision: { effect: 'allow', rule: 'observe-mode', wouldBe: { effect, rule: 'no-permission' } },
      })
    const proposed = written('roles: { viewer: { permissions: [app:read, release:promote] } }')
    expect(impact(current, observed('deny', 'viewer'))).toMatchObject({ unclear: 0, allowed: 0, denied: 0 })
    expect(impact(proposed, observed('deny', 'viewer'))).toMatchObject({ unclear: 0, allowed: 1, denied: 0 })
    const withProof = written('stepUp: { rules: { all: { racks: ["*"], require: { recent: 10m } } } }')
    const study = studyImpact(withProof, withProof)
    study.add(observed('require', 'deployer'))
    expect(study.result(10)).toMatchObject({ unclear: 0, denied: 0, stepUp: { prompts: 1 } })
  })

  test('decides calls of a token by its owner', () => {
    const nightly = written(
      'roles: { night: { permissions: [app:read, "process:*"] } }',
      'commands: { rules: { report: { run: bin/report, roles: [night] } } }',
    )
    const study = studyImpact(nightly, nightly)
    study.add(ofToken('night', 'bin/report'))
    expect(study.result(10)).toMatchObject({ calls: 1, unclear: 0, denied: 0 })
  })

  test('is counted by principal and call, with the latest time and the new reason', () => {
    const later = recorded({ at: '2030-01-08T09:00:00.000Z' })
    const other = recorded({ principal: { kind: 'user', id: 'u2', name: 'bob@example.com', roles: ['admin'] } })
    expect(impact(noPromotion, later, recorded(), other)).toMatchObject({
      calls: 3,
      unclear: 0,
      changes: [
        {
          effect: 'denies',
          principal: { name: 'ada@example.com' },
          route: 'POST /apps/{app}/releases/{id}/promote',
          app: 'web',
          rule: 'blocked:POST /apps/{app}/releases/{id}/promote',
          reason: 'A freeze.',
          count: 2,
          last: '2030-01-08T09:00:00.000Z',
        },
        { principal: { name: 'bob@example.com' }, count: 1 },
      ],
    })
  })

  test('says what would newly be allowed', () => {
    const rules = written('commands:', '  rules:', '    migrate: { run: rake db:migrate, roles: [deployer, admin] }')
    expect(impact(rules, run('rake db:migrate', 'deny'), run('bin/pre_release', 'allow')).changes).toMatchObject([
      { effect: 'denies', command: 'bin/pre_release', rule: 'command:no-rule' },
      { effect: 'allows', command: 'rake db:migrate', rule: 'command:migrate' },
    ])
  })

  test('takes time and address into account', () => {
    const office = written('roles:', '  deployer: { extends: [deployer], when: { addresses: [10.0.0.0/8] } }')
    const inside = recorded({ source: { address: '10.1.1.1' } })
    expect(impact(office, inside, recorded()).changes).toMatchObject([{ count: 1, rule: 'condition:deployer' }])
  })

  test('distinguishes calls a minute apart if a time range begins between them', () => {
    const office = written(
      'roles:',
      '  deployer: { extends: [deployer], when: { time: [{ from: 12:05, to: 18:00, zone: UTC }] } }',
    )
    const [before, after] = ['12:04:59.999', '12:05:00.000'].map((time) => recorded({ at: `2030-01-07T${time}Z` }))
    if (!before || !after) throw new Error('two calls')
    for (const calls of [
      [before, after],
      [after, before],
    ])
      expect(impact(office, ...calls)).toMatchObject({ denied: 1, changes: [{ last: before.at, count: 1 }] })
  })

  test('leaves out and counts calls whose recorded decision cannot be reproduced', () => {
    const unlike = recorded({ role: 'viewer' })
    const gone = recorded({ route: 'GET /gone' })
    const elsewhere = recorded({ path: '/apps/../x' })
    const unknownCaller = recorded({ principal: { kind: 'robot', id: 'r', name: 'r' } })
    expect(impact(noPromotion, unlike, gone, elsewhere, unknownCaller)).toEqual({
      calls: 4,
      unclear: 4,
      packages: 0,
      allowed: 0,
      denied: 0,
      changes: [],
      more: 0,
      stepUp: { prompts: 0, users: 0, denied: 0, requirements: [] },
    })
  })

  test('leaves out and counts calls that a package denied', () => {
    const frozen = recorded({ decision: { effect: 'deny', rule: 'package:deploy-freeze:frozen' } })
    const failed = recorded({ decision: { effect: 'deny', rule: 'package-failed' } })
    expect(impact(noPromotion, frozen, failed)).toMatchObject({ calls: 2, packages: 2, unclear: 0, changes: [] })
  })

  test('counts events that lack information', () => {
    const study = studyImpact(current, noPromotion)
    study.add(null)
    expect(study.result(10)).toMatchObject({ calls: 1, unclear: 1, changes: [] })
  })

  test('detects an own run by its recorded outcome', () => {
    const exec = recorded({
      role: 'ci',
      route: 'WS /apps/{app}/processes/{pid}/exec',
      path: '/apps/web/processes/p1/exec',
      process: 'p1',
      service: 'command',
      command: ['bin/pre_release'],
      decision: { effect: 'allow', rule: 'command:pre-release' },
    })
    const none = written('commands: { rules: {} }')
    expect(impact(none, exec)).toMatchObject({ unclear: 0, changes: [{ effect: 'denies', count: 1 }] })
  })

  test('lists a limited number of changes, and counts the omitted ones', () => {
    const study = studyImpact(current, noPromotion)
    for (let app = 0; app < 30; app++)
      study.add(recorded({ app: `web-${app}`, path: `/apps/web-${app}/releases/R1/promote` }))
    const { changes, more, denied } = study.result(10)
    expect([changes.length, more, denied]).toEqual([10, 20, 30])
  })
})

describe('the step-ups of a proposed document', () => {
  const stepUps = written(
    'stepUp:',
    '  rules:',
    '    release-promote:',
    '      permissions: [release:promote]',
    '      require: { recent: 10m, except: ["service-account:robots", "trust:deploys"] }',
    '    app-billing: { apps: [billing], require: always }',
  )
  const at = (minutes: number) => new Date(Date.UTC(2030, 0, 7, 12, minutes)).toISOString()
  const ada = { kind: 'user', id: 'u1', name: 'ada@example.com', roles: ['deployer'], credential: 's1' }
  const billing = { app: 'billing', path: '/apps/billing/releases/R1/promote' }

  test('a call that would newly be allowed with a proof is not counted as denied without one', () => {
    const proposed = written(
      'commands: { rules: { migrate: { run: rake db:migrate, roles: [deployer] } } }',
      'stepUp: { rules: { process-run: { permissions: [process:run], require: always } } }',
    )
    expect(impact(proposed, run('rake db:migrate', 'deny'))).toMatchObject({
      allowed: 1,
      denied: 0,
      changes: [{ effect: 'allows', rule: 'step-up:rule process-run' }],
      stepUp: { denied: 0 },
    })
  })

  test('are counted by requirement, once per session and window, and each time for always', () => {
    const calls = [30, 12, 9, 0].map((minutes) => recorded({ at: at(minutes), principal: ada }))
    const elsewhere = recorded({ at: at(9), principal: { ...ada, credential: 's2' } })
    const always = [1, 2].map((minutes) => recorded({ at: at(minutes), principal: ada, ...billing }))
    const others = recorded({ at: at(0), role: 'viewer', decision: { effect: 'deny', rule: 'no-permission' } })
    expect(impact(stepUps, ...calls, elsewhere, ...always, others)).toMatchObject({
      calls: 8,
      unclear: 0,
      denied: 0,
      allowed: 0,
      changes: [],
      stepUp: {
        prompts: 6,
        users: 1,
        denied: 0,
        requirements: [
          { rule: 'step-up:rule release-promote', calls: 5, prompts: 4, users: 1 },
          { rule: 'step-up:rule app-billing', calls: 2, prompts: 2, users: 1 },
        ],
      },
    })
  })

  test('deny tokens and jobs that no rule excepts', () => {
    const owner = { kind: 'user', id: 'u1', name: 'ada@example.com' }
    const nightly = { kind: 'api-token', id: 't1', name: 'token:nightly (ada@example.com)', roles: ['deployer'], owner }
    const robots = { ...nightly, id: 't2', owner: { kind: 'service-account', id: 'a1', name: 'robots' } }
    const job = { kind: 'workload', id: 'w1', name: 'acme/web run 1', roles: ['deployer'] }
    const trust = { id: 'x', name: 'deploys', subject: 's' }
    const made = [nightly, robots, job, { ...job, id: 'w2', trust }].map((principal) => recorded({ principal }))
    const { denied, stepUp, changes } = impact(stepUps, ...made)
    expect([denied, stepUp.denied, stepUp.prompts]).toEqual([2, 2, 0])
    expect(changes.map(({ principal, rule }) => [principal.id, rule]).sort()).toEqual([
      ['t1', 'step-up:rule release-promote'],
      ['w1', 'step-up:rule release-promote'],
    ])
  })

  test('suppose that every user has a second factor', () => {
    const late = written('stepUp: { enrollBy: 2020-01-01 }')
    expect(impact(late, recorded())).toMatchObject({ denied: 0, unclear: 0 })
  })

  test('are counted once for a call that was first denied without a proof, and then repeated with it', () => {
    const refusedFirst = recorded({
      principal: ada,
      ...billing,
      decision: { effect: 'require', rule: 'step-up:rule app-billing' },
    })
    const study = studyImpact(stepUps, stepUps)
    for (const call of [refusedFirst, recorded({ principal: ada, ...billing })]) study.add(call)
    expect(study.result(10)).toMatchObject({ calls: 2, unclear: 0, denied: 0, allowed: 0, stepUp: { prompts: 1 } })
  })
})

test('long commands count separately, and a change shows the beginning of its command', () => {
  const words = 'x'.repeat(5_000)
  const runs = ['y', 'z', 'z'].map((end) => run(`bin/pre_release ${words}${end}`, 'allow'))
  const rules = written('commands:', '  rules:', '    any: { run: bin/pre_release ..., roles: [deployer, admin] }')
  const study = studyImpact(rules, written('commands: { rules: {} }'))
  for (const call of runs) study.add(call)
  const { changes, denied } = study.result(10)
  expect(denied).toBe(3)
  expect(changes.map(({ count, command }) => [count, command?.length])).toEqual([
    [2, 501],
    [1, 501],
  ])
})
