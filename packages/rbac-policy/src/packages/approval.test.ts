import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import type { Decision, GrantedDecision, Principal, RackCall } from '../model/types.ts'
import { compilePolicy, type Policy } from '../policy/policy.ts'
import type { RequestRule } from '../policy-document/policy-document.ts'
import { binding, call, now, principal, token } from '../testing/calls.ts'
import { documentOf, grant, requestRule } from '../testing/request-rules.ts'
import { definePolicy } from './define-policy.ts'
import { createPolicyPackages } from './policy-packages.ts'
import type { EvaluationResult } from './types.ts'

const hour = 3_600_000
const needsApproval = {
  effect: 'require',
  requirement: 'approval',
  request: 'deploys',
  rule: 'promote',
  reason: 'A promotion needs another person.',
  next: 'Ask a lead.',
} as const
const needsProof = { ...needsApproval, requirement: 'step-up', rule: 'proof' } as const

const policy = compilePolicy({
  ...builtInPolicy(),
  requests: [requestRule(), requestRule({ id: 'other', role: 'viewer' })],
})
const deployer = (...grants: Parameters<typeof grant>[0][]) =>
  principal([binding('deployer')], { groups: ['engineering'], grants: grants.map(grant) })
const promote = (change: Partial<RackCall> = {}) => call('POST /apps/{app}/releases/{id}/promote', change)

function packagesWith(results: readonly EvaluationResult[], rules: Policy = policy) {
  return createPolicyPackages({
    loaded: results.map((result, index) => ({
      policy: definePolicy({ name: `p${index}`, evaluate: () => result }),
      entry: `p${index}`,
      version: null,
      sha256: '',
    })),
    policy: rules,
    now: () => now,
    log: { message() {}, slow() {}, failed() {} },
  })
}

function narrow(by: Principal, asked = promote(), results: readonly EvaluationResult[] = [needsApproval]) {
  const decision = policy.decide(by, asked) as GrantedDecision
  return packagesWith(results).narrow({ principal: by, call: asked, decision })
}

function approving({ id, expiresAt, startsWithUse }: Parameters<typeof grant>[0] & object) {
  return { effect: 'allow', grant: { id, expiresAt, startsWithUse } }
}

describe('an approval', () => {
  test('is still needed without a grant, and the remedy is the command', async () => {
    expect(await narrow(deployer())).toMatchObject({
      effect: 'require',
      requirement: 'approval',
      rule: 'package:p0:promote',
      source: 'p0',
      reason: 'A promotion needs another person.',
      remedy:
        'Ask for access: rack-gateway request --role deployer --rack staging --app web --for 1h --reason "Ticket".',
      granted: { effect: 'allow' },
    })
  })

  test('has the remedy of the package, if the rule does not let the user ask', async () => {
    expect(await narrow({ ...deployer(), groups: [] })).toMatchObject({ remedy: 'Ask a lead.' })
  })

  test('names the rule in the command, if an earlier rule fits, too', async () => {
    const rules = compilePolicy({ ...builtInPolicy(), requests: [requestRule({ id: 'earlier' }), requestRule()] })
    const decision = rules.decide(deployer(), promote()) as GrantedDecision
    const narrowed = await packagesWith([needsApproval], rules).narrow({
      principal: deployer(),
      call: promote(),
      decision,
    })
    expect(narrowed).toMatchObject({ remedy: expect.stringMatching(/ --rule deploys\.$/) })
  })

  test('is a live grant of the rule in scope, and the call is attributed to it', async () => {
    expect(await narrow(deployer({}))).toEqual({
      ...policy.decide(deployer(), promote()),
      grant: { id: 'grant-1', expiresAt: now + hour, startsWithUse: false },
    })
  })

  test.each<[string, Parameters<typeof grant>[0]]>([
    ['of another rule', { rule: 'other' }],
    ['of another rack', { racks: ['production'] }],
    ['of another app', { apps: ['api'] }],
    ['that has ended', { expiresAt: now }],
    ['that has not started', { startsAt: now + 1 }],
    ['of a role that is gone', { role: 'gone' }],
  ])('is no grant %s', async (_what, change) => {
    expect(await narrow(deployer(change))).toMatchObject({ effect: 'require', requirement: 'approval' })
  })

  test('for a whole rack is only a grant for all apps', async () => {
    const admin = (apps: readonly string[]) => principal([binding('admin')], { grants: [grant({ apps })] })
    const asked = call('POST /registries')
    expect(await narrow(admin(['web']), asked)).toMatchObject({ effect: 'require' })
    expect(await narrow(admin(['*']), asked)).toMatchObject({ effect: 'allow', grant: { id: 'grant-1' } })
  })

  test('is never of a token or a job', async () => {
    const grants = [grant()]
    for (const by of [
      token([binding('deployer')], [binding('deployer')], { grants }),
      principal([binding('deployer')], { kind: 'workload', grants }),
    ])
      expect(await narrow(by)).toMatchObject({ effect: 'deny', remedy: 'Make the call as a user.' })
  })

  test('satisfies this objection only', async () => {
    const deny = { effect: 'deny', rule: 'no', reason: 'No.', next: 'Wait.' } as const
    const denied = await narrow(deployer({}), promote(), [needsApproval, deny])
    expect(denied).toMatchObject({ effect: 'deny', rule: 'package:p1:no' })
    expect(denied).not.toHaveProperty('grant')
    const other = { ...needsApproval, request: 'other' } as const
    expect(await narrow(deployer({}), promote(), [needsApproval, other])).toMatchObject({ requirement: 'approval' })
    for (const results of [
      [needsApproval, needsProof],
      [needsProof, needsApproval],
    ])
      expect(await narrow(deployer({}), promote(), results)).toMatchObject({
        effect: 'require',
        requirement: 'step-up',
        grant: { id: 'grant-1' },
        granted: { grant: { id: 'grant-1' } },
      })
  })

  test('keeps the step-up of the policy', async () => {
    const document = documentOf(
      'version: 1\nstepUp: { rules: { promotes: { permissions: [release:promote], require: { recent: 10m } } } }',
    )
    const proving = compilePolicy({ ...document, requests: [requestRule()] })
    const decision = proving.decide(deployer({}), promote()) as GrantedDecision
    expect(decision).toMatchObject({ requirement: 'step-up' })
    const narrowed = await packagesWith([needsApproval], proving).narrow({
      principal: deployer({}),
      call: promote(),
      decision,
    })
    expect(narrowed).toMatchObject({
      requirement: 'step-up',
      grant: { id: 'grant-1' },
      granted: { grant: { id: 'grant-1' } },
    })
  })
})

describe('a call that depends on two grants', () => {
  const allowing = { id: 'allowing', rule: 'other', expiresAt: now + hour, startsWithUse: false }
  const approved = { id: 'approving', rule: 'deploys', role: 'viewer', expiresAt: now + 2 * hour, startsWithUse: false }
  const viewer = (...grants: Parameters<typeof grant>[0][]) =>
    principal([binding('viewer')], { grants: grants.map(grant) })
  const sooner = { ...approved, expiresAt: now + 60_000 }

  test('is attributed to the one that ends first', async () => {
    expect(await narrow(viewer(allowing, approved))).toMatchObject(approving(allowing))
    expect(await narrow(viewer(allowing, sooner))).toMatchObject(approving(sooner))
  })

  test('is attributed to the one that it starts', async () => {
    const starting = { ...allowing, startsWithUse: true }
    expect(await narrow(viewer(starting, sooner))).toMatchObject(approving(starting))
    const startsApproval = { ...approved, startsWithUse: true }
    expect(await narrow(viewer(allowing, startsApproval))).toMatchObject(approving(startsApproval))
  })

  test('starts at most one', async () => {
    const both = viewer({ ...allowing, startsWithUse: true }, { ...approved, startsWithUse: true })
    expect(await narrow(both)).toMatchObject({ effect: 'require', requirement: 'approval' })
  })

  test('depends on one, if the grant that allows it is of the rule', async () => {
    const same = { ...allowing, rule: 'deploys', startsWithUse: true }
    expect(await narrow(viewer(same, sooner))).toMatchObject(approving(same))
  })
})

describe('an unknown request rule', () => {
  test('denies the call, and is reported until the policy has the rule', async () => {
    const rules: { current: readonly RequestRule[] } = { current: [] }
    const changing = {
      ...policy,
      requestRule: (id: string) => rules.current.find((rule) => rule.id === id) ?? null,
    }
    const packages = packagesWith([needsApproval], changing)
    const by = deployer({})
    const decision = policy.decide(by, promote()) as GrantedDecision
    const ask = (): Promise<Decision> => packages.narrow({ principal: by, call: promote(), decision })
    expect(packages.unknownRequestRules()).toEqual([])
    expect(await ask()).toMatchObject({
      effect: 'deny',
      rule: 'package:p0:promote',
      reason:
        'A promotion needs another person. The call needs an approval by the request rule deploys, which the policy does not have.',
      remedy: 'Tell an administrator of the gateway.',
    })
    await ask()
    expect(packages.unknownRequestRules()).toEqual([{ package: 'p0', rule: 'deploys' }])
    rules.current = [requestRule()]
    expect(packages.unknownRequestRules()).toEqual([])
    expect(await ask()).toMatchObject({ effect: 'allow', grant: { id: 'grant-1' } })
  })

  test('is noted at most 100 times', async () => {
    const results = Array.from({ length: 101 }, (_, index) => ({ ...needsApproval, request: `rule-${index}` }))
    let next = 0
    const one = createPolicyPackages({
      loaded: [
        {
          policy: definePolicy({ name: 'many', evaluate: () => results[next++] }),
          entry: 'many',
          version: null,
          sha256: '',
        },
      ],
      policy,
      now: () => now,
      log: { message() {}, slow() {}, failed() {} },
    })
    const decision = policy.decide(deployer(), promote()) as GrantedDecision
    for (const _ of results) await one.narrow({ principal: deployer(), call: promote(), decision })
    expect(one.unknownRequestRules()).toHaveLength(100)
  })
})
