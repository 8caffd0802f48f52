import { isLiveGrant } from '../compiled-policy/compiled-grants.ts'
import type { Decision, Principal } from '../model/types.ts'

/**
 * Denies a call whose grant is over, for decisions that are used later than they were made. A decision of the policy
 * does not notice the end of a grant that only satisfied a policy package.
 *
 * @param principal as it is now
 * @param at milliseconds since the epoch
 */
export function requireLiveGrant(decision: Decision, principal: Principal, at: number): Decision {
  const { grant, ...base } = decision
  if (grant === undefined) return decision
  if (principal.grants?.some((one) => one.id === grant.id && isLiveGrant(one, at)) === true) return decision
  const { permission, roles, bindings, policy } = base
  return { effect: 'deny', permission, roles, bindings, policy, ...grantOver }
}

const grantOver = {
  rule: 'grant-over',
  source: 'gateway',
  reason: 'The grant that the call needs is over.',
  remedy: 'Repeat the call, or ask for access again: rack-gateway request.',
} as const
