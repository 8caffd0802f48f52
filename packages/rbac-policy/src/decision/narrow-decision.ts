import type { Allowed, Decision, GrantedDecision } from '../model/types.ts'
import { isStricter } from '../step-up/step-up-level.ts'
import { attributeToGrant } from './attribute-grant.ts'

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
  const narrowed = await narrow(allowedPartOf(decision))
  return keepGrant(stricterOf(decision, narrowed), narrowed)
}

/** A decision that a grant approves depends on this grant, even if another decision about the call is stricter. */
export function keepGrant(decision: Decision, { grant }: Decision): Decision {
  if (grant === undefined || decision.effect === 'deny' || decision.grant?.id === grant.id) return decision
  return attributeToGrant(decision, grant)
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
