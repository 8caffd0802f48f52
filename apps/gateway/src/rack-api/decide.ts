import { isRefusal, unauthenticated } from '@rack-gateway/auth'
import type { Decision, RackCall } from '@rack-gateway/rbac-policy'
import { ApprovalNeeded, NotPermitted, refusedBy, StepUpNeeded, told } from '../errors.ts'
import type { RoutedCall } from './call.ts'
import type { RackApiDependencies } from './dependencies.ts'

/** The policy decides, and of what it permits, its packages may refuse some more. */
export async function decide(
  dependencies: RackApiDependencies,
  call: RoutedCall,
  rackCall: RackCall,
): Promise<Decision> {
  const { policy, packages } = dependencies
  const decision = policy.decide(call.principal, rackCall)
  if (decision.effect !== 'allow' || packages.loaded.length === 0) return decision
  const narrowed = await packages.narrow({ principal: call.principal, call: rackCall, decision })
  return narrowed.effect === 'allow' ? stillPermitted(dependencies, call, rackCall, narrowed) : narrowed
}

/** While packages took their time, the caller may have lost what the decision was made from. */
async function stillPermitted(
  { identities, policy, now }: RackApiDependencies,
  { credential }: RoutedCall,
  rackCall: RackCall,
  decision: Decision,
): Promise<Decision> {
  const principal = await identities.findOwner(credential)
  if (isRefusal(principal)) throw unauthenticated(principal)
  const again = policy.decide(principal, { ...rackCall, at: now() })
  return again.effect === 'allow' ? decision : again
}

/** What a caller is told who may not. */
export function refusalBy(decision: Exclude<Decision, { effect: 'allow' }>): Error {
  if (decision.effect === 'deny') return refusedBy(NotPermitted, decision)
  const { reason, next, rule } = decision
  const { Refusal, what } = unmet[decision.requirement]
  const why = `${reason} It needs ${what}, which this gateway can not ask for yet, so it is refused.`
  return told(new Refusal(why, `${next} (rule ${rule})`), decision)
}

const unmet = {
  'step-up': { Refusal: StepUpNeeded, what: 'you to confirm who you are (step-up)' },
  approval: { Refusal: ApprovalNeeded, what: "somebody else's approval" },
} as const
