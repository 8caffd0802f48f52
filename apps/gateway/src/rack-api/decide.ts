import { isDenial, unauthenticated } from '@rack-gateway/auth'
import type { Allowed, Decision, RackCall } from '@rack-gateway/rbac-policy'
import { ApprovalNeeded, denialError, NotPermitted, withDenial } from '../errors.ts'
import type { RoutedCall } from './call.ts'
import type { RackApiDependencies } from './dependencies.ts'
import { grantedBy } from './granted-by.ts'

/** The policy decides. Policy packages can then deny a call that it allows, before anybody is asked for a proof. */
export async function decide(
  dependencies: RackApiDependencies,
  call: RoutedCall,
  rackCall: RackCall,
): Promise<Decision> {
  const { policy, packages } = dependencies
  const decision = policy.decide(call.principal, rackCall)
  const granted = grantedBy(decision)
  if (granted === null || packages.loaded.length === 0) return decision
  const narrowed = await packages.narrow({ principal: call.principal, call: rackCall, decision: granted })
  return narrowed.effect === 'allow' ? stillPermitted(dependencies, call, rackCall, decision) : narrowed
}

/** Decides again with the current bindings, because they can change while policy packages decide. */
async function stillPermitted(
  { identities, policy, now }: RackApiDependencies,
  { credential }: RoutedCall,
  rackCall: RackCall,
  decision: Decision,
): Promise<Decision> {
  const principal = await identities.findPrincipal(credential)
  if (isDenial(principal)) throw unauthenticated(principal)
  const again = policy.decide(principal, { ...rackCall, at: now() })
  return again.effect === 'allow' ? decision : again
}

/** @throws NotPermitted, ApprovalNeeded */
export function assertAllowed(decision: Exclude<Decision, { requirement: 'step-up' }>): Allowed {
  if (decision.effect === 'allow') return decision
  if (decision.effect === 'deny') throw denialError(NotPermitted, decision)
  const { reason, remedy, rule } = decision
  const why = `${reason} It needs the approval of another person, which this gateway cannot ask for yet, so it is denied.`
  throw withDenial(new ApprovalNeeded(why, `${remedy} (rule ${rule})`), decision)
}
