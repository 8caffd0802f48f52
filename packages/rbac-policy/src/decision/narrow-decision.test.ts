import { expect, test } from 'vitest'
import type { Allowed, Decision, GrantedDecision, StepUpLevel } from '../model/types.ts'
import { narrowDecision, stricterOf } from './narrow-decision.ts'

const base = { source: 's', permission: 'p:q', reason: 'R.', roles: [], bindings: [], policy: '' }
const allowed: Allowed = { ...base, effect: 'allow', rule: 'allowed' }
const denied: Decision = { ...base, effect: 'deny', rule: 'denied', remedy: 'M.' }
const approval: GrantedDecision = {
  ...base,
  effect: 'require',
  rule: 'approval',
  remedy: 'M.',
  granted: allowed,
  requirement: 'approval',
}

function stepUp(level: StepUpLevel): GrantedDecision {
  return { ...base, effect: 'require', rule: 'step-up', remedy: 'M.', granted: allowed, requirement: 'step-up', level }
}

const hour = stepUp({ kind: 'recent', within: 3_600_000 })
const minutes = stepUp({ kind: 'recent', within: 600_000 })
const anyFactor = stepUp({ kind: 'always', methods: 'any' })
const passkey = stepUp({ kind: 'always', methods: 'passkey' })
const observed: Allowed = {
  ...allowed,
  wouldBe: { effect: 'deny', rule: 'denied', source: 's', reason: 'R.', remedy: 'M.' },
}
/** From the weakest to the strictest. */
const order: readonly Decision[] = [allowed, observed, hour, minutes, anyFactor, passkey, approval, denied]

test('the stricter of two decisions is the same in either order', () => {
  for (const [index, one] of order.entries())
    for (const [otherIndex, other] of order.entries())
      expect(stricterOf(one, other)).toBe(order[Math.max(index, otherIndex)])
})

test('narrowing sees what allows the call, and never weakens a requirement', async () => {
  for (const decision of order.filter((one): one is GrantedDecision => one.effect !== 'deny'))
    for (const narrowed of order) {
      const seen: Allowed[] = []
      const result = await narrowDecision(decision, async (granted) => {
        seen.push(granted)
        return narrowed
      })
      expect(seen).toEqual([decision === observed ? observed : allowed])
      expect(result).toBe(stricterOf(decision, narrowed))
    }
})
