import { isDenial, unauthenticated } from '@rack-gateway/auth'
import {
  type Allowed,
  type Decision,
  type GrantedDecision,
  isOnlyObserved,
  type RackCall,
  requireLiveGrant,
  stricterOf,
} from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import type { DecidedCall, RoutedCall } from '../calls/call.ts'
import { ApprovalNeeded, denialError, NotAllowed, withDenial } from '../errors/errors.ts'
import { needsStepUp } from './step-up/require-step-up.ts'

/** Also true for a call that needs a proof, because policy packages decide before the caller is asked for the proof. */
export function canPackagesDeny({ policyPackages }: FastifyInstance, decision: Decision): decision is GrantedDecision {
  return decision.effect !== 'deny' && policyPackages.loaded.length > 0
}

export async function askPackages(
  server: FastifyInstance,
  call: RoutedCall,
  rackCall: RackCall,
  decision: GrantedDecision,
): Promise<Decision> {
  const narrowed = await server.policyPackages.narrow({ principal: call.principal, call: rackCall, decision })
  return narrowed.effect === 'deny' ? narrowed : decideAgain(server, call, rackCall, narrowed)
}

/** Decides again with the current bindings and grants, because they can change while policy packages decide. */
async function decideAgain(
  { identities, policy, clock }: FastifyInstance,
  { credential }: RoutedCall,
  rackCall: RackCall,
  decision: GrantedDecision,
): Promise<Decision> {
  const principal = await identities.findPrincipal(credential)
  if (isDenial(principal)) throw unauthenticated(principal)
  const at = clock.now()
  return stricterOf(requireLiveGrant(decision, principal, at), policy.decide(principal, { ...rackCall, at }))
}

/**
 * Decides again after a step that can take long. A proof of a second factor is needed only at the start of the call.
 *
 * @throws Unauthenticated, NotAllowed, ApprovalNeeded
 */
export async function assertStillAllowed(
  { identities, policy, clock }: FastifyInstance,
  call: DecidedCall,
): Promise<void> {
  const principal = await identities.findPrincipal(call.credential)
  if (isDenial(principal)) throw unauthenticated(principal)
  const at = clock.now()
  const begun = requireLiveGrant(call.decision, principal, at)
  const decision = begun.effect === 'deny' ? begun : policy.decide(principal, { ...call.rackCall, at })
  if (decision.effect === 'allow') return
  if (needsStepUp(decision)) {
    // The call started without a proof, because observe mode let it.
    if (!isOnlyObserved(call.decision)) return
    throw denialError(NotAllowed, decision)
  }
  call.decision = decision
  assertAllowed(decision)
}

/** @throws NotAllowed, ApprovalNeeded */
export function assertAllowed(decision: Exclude<Decision, { requirement: 'step-up' }>): Allowed {
  if (decision.effect === 'allow') return decision
  if (decision.effect === 'deny') throw denialError(NotAllowed, decision)
  const { reason, remedy, rule } = decision
  throw withDenial(new ApprovalNeeded(reason, `${remedy} (rule ${rule})`), decision)
}
