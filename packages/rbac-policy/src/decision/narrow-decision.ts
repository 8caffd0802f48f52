import type { Allowed, Decision } from '../model/types.ts'
import { isStricter } from '../step-up/step-up-level.ts'

export type GrantedDecision = Exclude<Decision, { effect: 'deny' }>

export function allowedPartOf(decision: GrantedDecision): Allowed {
  return decision.effect === 'allow' ? decision : decision.granted
}

/**
 * Narrows a decision, for example with policy packages. `narrow` runs before a requirement is checked, so that nobody
 * has to prove a second factor for a call that is then denied.
 */
export async function narrowDecision(
  decision: GrantedDecision,
  narrow: (granted: Allowed) => Promise<Decision>,
): Promise<Decision> {
  return stricterOf(decision, await narrow(allowedPartOf(decision)))
}

/** The stricter of two decisions about the same call. If both are equally strict, the first decision. */
export function stricterOf(one: Decision, other: Decision): Decision {
  return strictness(other) > strictness(one) || requiresMore(other, one) ? other : one
}

/** A call that only observe mode allows is denied once the policy is enforced. */
function strictness(decision: Decision): number {
  if (decision.effect === 'allow') return decision.wouldBe === undefined ? 0 : 1
  return decision.effect === 'require' ? 2 : 3
}

/** An approval is stricter than a proof. */
function requiresMore(one: Decision, other: Decision): boolean {
  if (one.effect !== 'require' || other.effect !== 'require' || other.requirement === 'approval') return false
  return one.requirement === 'approval' || isStricter(one.level, other.level)
}
