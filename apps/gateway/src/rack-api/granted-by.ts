import type { Allowed, Decision } from '@rack-gateway/rbac-policy'

/** What permits the call, apart from a proof of a second factor; null: nothing does. */
export function grantedBy(decision: Decision): Allowed | null {
  if (decision.effect === 'allow') return decision
  return decision.effect === 'needs' && decision.requirement === 'step-up' ? decision.granted : null
}
