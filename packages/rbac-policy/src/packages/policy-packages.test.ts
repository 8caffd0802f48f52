import { describe, expect, test } from 'vitest'
import { builtInPolicy } from '../document/document.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, principal } from '../testing/calls.ts'
import { requestRule } from '../testing/request-rules.ts'
import { definePolicy } from './define-policy.ts'
import { type Allowed, createPolicyPackages } from './policy-packages.ts'
import type { CallContext, EvaluationResult, PolicyDefinition } from './types.ts'

const policy = compilePolicy({ ...builtInPolicy(), requests: [requestRule()] })
const admin = principal([binding('admin')])
const asked = call('POST /apps/{app}/cancel')
const decision = policy.decide(admin, asked) as Allowed
const allowed = { principal: admin, call: asked, decision }
const deny = { effect: 'deny', rule: 'no', reason: 'No.', next: 'Wait.' } as const

function packages(...definitions: (Omit<PolicyDefinition, 'name'> & { name?: string })[]) {
  const logged: string[] = []
  const clock = { at: 0, elapsed: 0 }
  const made = createPolicyPackages({
    loaded: definitions.map((definition, index) => ({
      policy: definePolicy({ name: `p${index}`, ...definition }),
      entry: `./p${index}.mjs`,
      version: null,
      sha256: 'ab',
    })),
    policy,
    now: () => clock.at,
    elapsed: () => clock.elapsed,
    log: {
      slow: (name, ms) => void logged.push(`${name} slow ${ms}`),
      failed: (name, why) => void logged.push(`${name} failed: ${why}`),
      message: (name, level, text) => void logged.push(`${name} ${level} ${text}`),
    },
  })
  return { ...made, logged, clock }
}

describe('packages', () => {
  test('without any, a decision stays the same object', async () => {
    expect(await packages().narrow(allowed)).toBe(decision)
  })

  test('are asked in their order, up to the first objection', async () => {
    const order: string[] = []
    const note = (name: string, result: EvaluationResult) => ({
      async evaluate() {
        order.push(name)
        return result
      },
    })
    const all = packages(note('first', null), note('second', deny), note('third', deny))
    expect(await all.narrow(allowed)).toEqual({
      ...decision,
      effect: 'deny',
      rule: 'package:p1:no',
      source: 'p1',
      reason: 'No.',
      remedy: 'Wait.',
    })
    expect(order).toEqual(['first', 'second'])
    expect([all.counts('p0'), all.counts('p1')]).toEqual([
      { evaluated: 1, simulated: 0, objected: 0, failed: 0, slow: 0 },
      { evaluated: 1, simulated: 0, objected: 1, failed: 0, slow: 0 },
    ])
  })

  test('see the decision so far, the clock, and a signal that fires at the deadline', async () => {
    let seen: CallContext | null = null
    const all = packages({
      timeoutMs: 10,
      evaluate(_call, context) {
        seen = context
        context.log.warn('hello')
        return new Promise(() => undefined)
      },
    })
    all.clock.at = 7
    expect(await all.narrow(allowed)).toMatchObject({ effect: 'deny', rule: 'package-failed', source: 'p0' })
    expect(seen).toMatchObject({
      principal: { name: 'ada@example.com', roles: ['admin'] },
      decision: { rule: 'role:admin', reason: 'The role admin grants app:cancel.' },
      phase: 'begin',
      simulated: false,
      signal: { aborted: true },
    })
    expect((seen as CallContext | null)?.clock.now()).toBe(7)
    expect(all.logged).toEqual(['p0 warn hello', 'p0 failed: gave no answer within 10 ms'])
  })

  test('log a failure once a minute, and count each one', async () => {
    const all = packages({
      evaluate() {
        throw new Error('broken')
      },
    })
    for (const at of [0, 1_000, 59_999, 60_000]) {
      all.clock.at = at
      expect(await all.narrow(allowed)).toMatchObject({ effect: 'deny', rule: 'package-failed' })
    }
    expect(all.logged).toEqual(['p0 failed: threw', 'p0 failed: threw'])
    expect(all.counts('p0')).toEqual({ evaluated: 4, simulated: 0, objected: 0, failed: 4, slow: 0 })
  })

  test('count as slow if they block the process for more than 5 ms, and not if they wait', async () => {
    let busy = 5
    const all = packages({
      async evaluate() {
        all.clock.elapsed += busy
        await Promise.resolve()
        all.clock.elapsed += 1_000
      },
    })
    await all.narrow(allowed)
    expect(all.counts('p0').slow).toBe(0)
    busy = 6
    for (const at of [0, 1_000, 60_000]) {
      all.clock.at = at
      await all.narrow(allowed)
    }
    expect(all.counts('p0').slow).toBe(3)
    expect(all.logged).toEqual(['p0 slow 6', 'p0 slow 6'])
  })
})

describe('a call that needs a step-up', () => {
  const needsProof = { ...deny, rule: 'again', effect: 'require', requirement: 'step-up' } as const
  const required = {
    ...decision,
    effect: 'require',
    rule: 'step-up:rule app-web',
    remedy: 'Prove it.',
    granted: decision,
    requirement: 'step-up',
    level: { kind: 'always', methods: 'passkey' },
  } as const
  const narrowed = (...results: readonly EvaluationResult[]) =>
    packages(...results.map((result) => ({ evaluate: () => result }))).narrow({ ...allowed, decision: required })

  test('is narrowed before the proof, so that a user never proves a factor for a denied call', async () => {
    const seen: string[] = []
    const all = packages({
      evaluate(_call, context) {
        seen.push(context.decision.rule)
        return deny
      },
    })
    expect(await all.narrow({ ...allowed, decision: required })).toMatchObject({
      effect: 'deny',
      rule: 'package:p0:no',
    })
    expect(seen).toEqual([decision.rule])
  })

  test('keeps its requirement, if no package has a stricter one', async () => {
    expect(await narrowed(null)).toBe(required)
    expect(await narrowed(needsProof)).toBe(required)
    expect(await narrowed({ ...deny, effect: 'require', requirement: 'approval', request: 'deploys' })).toMatchObject({
      requirement: 'approval',
    })
  })

  test('by one package can still be denied by the next one', async () => {
    const denied = packages({ evaluate: () => needsProof }, { evaluate: () => deny })
    expect(await denied.narrow(allowed)).toMatchObject({ effect: 'deny', rule: 'package:p1:no' })
    const broken = packages(
      { evaluate: () => needsProof },
      {
        evaluate: () => {
          throw new Error('broken')
        },
      },
    )
    expect(await broken.narrow(allowed)).toMatchObject({ effect: 'deny', rule: 'package-failed' })
    expect(await packages({ evaluate: () => needsProof }, { evaluate: () => null }).narrow(allowed)).toMatchObject({
      effect: 'require',
      requirement: 'step-up',
      level: { kind: 'recent', within: 600_000 },
      granted: decision,
    })
  })

  test.each([
    ['api-token', 'an API token'],
    ['workload', 'a CI job'],
  ] as const)('is denied to an %s', async (kind, name) => {
    const all = packages({ evaluate: () => needsProof })
    expect(await all.narrow({ ...allowed, principal: { ...admin, kind } })).toMatchObject({
      effect: 'deny',
      rule: 'package:p0:again',
      reason: `No. The call needs a proof of a second factor, and ${name} cannot give one.`,
      remedy: 'Make the call as a user.',
    })
  })
})

describe('a review', () => {
  test('returns a denial, ignores a requirement, and reports a package that failed', async () => {
    const responses: EvaluationResult[] = [
      null,
      deny,
      { ...deny, effect: 'require', requirement: 'approval', request: 'deploys' },
    ]
    const all = packages({
      evaluate(_call, { phase }) {
        if (phase !== 'review') throw new Error('asked to begin')
        if (responses.length === 0) throw new Error('broken')
        return responses.shift()
      },
    })
    expect(await all.review(allowed, 'all')).toEqual({ objection: null, unclear: false })
    expect(await all.review(allowed, 'all')).toMatchObject({ objection: { rule: 'package:p0:no' }, unclear: false })
    expect(await all.review(allowed, 'all')).toEqual({ objection: null, unclear: false })
    expect(await all.review(allowed, 'all')).toEqual({ objection: null, unclear: true })
  })

  test('skips packages that answered asynchronously on a route, unless all must be asked', async () => {
    const all = packages({ evaluate: async () => null }, { evaluate: () => null })
    await all.narrow(allowed)
    await all.review(allowed, 'synchronous')
    expect([all.counts('p0').evaluated, all.counts('p1').evaluated]).toEqual([1, 2])
    await all.review({ ...allowed, call: call('WS /apps/{app}/logs') }, 'synchronous')
    expect([all.counts('p0').evaluated, all.counts('p1').evaluated]).toEqual([2, 3])
    await all.review(allowed, 'all')
    expect([all.counts('p0').evaluated, all.counts('p1').evaluated]).toEqual([3, 4])
  })
})

describe('a simulation', () => {
  test('is evaluated as a call is, is marked for the packages, and is counted separately', async () => {
    const seen: unknown[] = []
    const all = packages({
      evaluate(call, { phase, simulated }) {
        seen.push([phase, simulated])
        return call.app === 'web' ? deny : null
      },
    })
    expect(await all.simulation()(allowed)).toEqual(await all.narrow(allowed))
    expect(seen).toEqual([
      ['begin', true],
      ['begin', false],
    ])
    expect(all.counts('p0')).toEqual({ evaluated: 1, simulated: 1, objected: 1, failed: 0, slow: 0 })
  })

  test('does not evaluate a package again that exceeded its timeout, and repeats its denial', async () => {
    const all = packages({ timeoutMs: 10, evaluate: () => new Promise(() => undefined) }, { evaluate: () => deny })
    const simulate = all.simulation()
    const late = await simulate(allowed)
    expect(late).toMatchObject({ effect: 'deny', rule: 'package-failed', source: 'p0' })
    expect(await simulate(allowed)).toEqual(late)
    expect([all.counts('p0'), all.counts('p1').simulated]).toEqual([
      { evaluated: 0, simulated: 1, objected: 0, failed: 1, slow: 0 },
      0,
    ])
    await all.simulation()(allowed)
    expect(all.counts('p0').simulated).toBe(2)
  })

  test('asks a package that threw again', async () => {
    const responses: (() => EvaluationResult)[] = [
      () => {
        throw new Error('broken')
      },
      () => null,
    ]
    const all = packages({ evaluate: () => responses.shift()?.() })
    const simulate = all.simulation()
    expect([(await simulate(allowed)).rule, (await simulate(allowed)).rule]).toEqual(['package-failed', 'role:admin'])
  })
})
