import { isDenial, unauthenticated } from '@rack-gateway/auth'
import type { Decision, RackCall } from '@rack-gateway/rbac-policy'
import { ApprovalNeeded, denialError, NotPermitted, StepUpNeeded, withDenial } from '../errors.ts'
import type { RoutedCall } from './call.ts'
import type { RackApiDependencies } from './dependencies.ts'

/** The policy decides. Policy packages can then deny a call that it allows. */
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

/** The error of a denial. */
export function errorOfDenial(decision: Exclude<Decision, { effect: 'allow' }>): Error {
  if (decision.effect === 'deny') return denialError(NotPermitted, decision)
  const { reason, remedy, rule } = decision
  const { ErrorClass, what } = unmet[decision.requirement]
  const why = `${reason} It needs ${what}, which this gateway cannot ask for yet, so it is denied.`
  return withDenial(new ErrorClass(why, `${remedy} (rule ${rule})`), decision)
}

const unmet = {
  'step-up': { ErrorClass: StepUpNeeded, what: 'proof of your second factor (step-up)' },
  approval: { ErrorClass: ApprovalNeeded, what: 'the approval of another person' },
} as const
