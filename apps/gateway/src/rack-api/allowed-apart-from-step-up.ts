import type { Allowed, Decision } from '@rack-gateway/rbac-policy'

/** The decision that permits the call, apart from a proof of a second factor; null if the call is not permitted. */
export function allowedApartFromStepUp(decision: Decision): Allowed | null {
  if (decision.effect === 'allow') return decision
  return decision.effect === 'needs' && decision.requirement === 'step-up' ? decision.granted : null
}
