import type { PrincipalBindings } from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import type { CompiledPrincipal } from '../compiled-policy/compiled-principal.ts'
import type { Decision, Principal, RackCall } from '../model/types.ts'
import { decideByBindings } from './decide-by-bindings.ts'
import { decideByGrants, isForWant } from './decide-by-grants.ts'
import { allowObserved, isObservable, leniencyOf } from './observe-mode.ts'
import { requestRemedy } from './request-remedy.ts'

/**
 * Decides one call by the caller's bindings. A call that these deny for want of a permission or a command rule is
 * decided again with each grant of the user.
 *
 * In observe mode, a call that is still not allowed is decided again, leniently. If this decision is a denial, too, it
 * is the result, because it has the reason that counts in observe mode, such as a protected key. A call that a grant
 * allows after a proof keeps its decision, because leniency is about the user's own bindings.
 */
export function decide(
  document: CompiledDocument,
  principal: Principal,
  compiled: CompiledPrincipal,
  call: RackCall,
): Decision {
  const enforced = decideEnforced(document, principal, compiled, call)
  if (enforced.effect === 'allow') return enforced
  const observed = decideObserved(document, principal, compiled.bindings, { call, enforced })
  return observed.effect === 'deny' ? withRemedy(document, principal, compiled, { call, denial: observed }) : observed
}

function decideEnforced(
  document: CompiledDocument,
  principal: Principal,
  compiled: CompiledPrincipal,
  call: RackCall,
): Decision {
  const decision = decideByBindings(document, principal, compiled.bindings, call, null)
  if (decision.effect !== 'deny' || principal.grants === undefined || !isForWant(decision)) return decision
  return decideByGrants(document, principal, { grants: compiled.grants(), denial: decision, call })
}

function decideObserved(
  document: CompiledDocument,
  principal: Principal,
  bindings: PrincipalBindings,
  { call, enforced }: { readonly call: RackCall; readonly enforced: Exclude<Decision, { effect: 'allow' }> },
): Decision {
  if (document.observes === null || !isObservable(call)) return enforced
  const leniency = leniencyOf(document, principal, bindings, call)
  if (leniency === null) return enforced
  const lenient = decideByBindings(document, principal, bindings, call, leniency)
  if (lenient.effect === 'allow') return allowObserved(enforced, lenient)
  return enforced.effect === 'deny' ? lenient : enforced
}

interface DeniedCall {
  readonly call: RackCall
  readonly denial: Extract<Decision, { effect: 'deny' }>
}

function withRemedy(
  document: CompiledDocument,
  principal: Principal,
  compiled: CompiledPrincipal,
  { call, denial }: DeniedCall,
): Decision {
  if (document.requests.length === 0 || !isForWant(denial)) return denial
  const remedy = requestRemedy(document, principal, call, compiled.bindingsWith)
  return remedy === null ? denial : { ...denial, remedy }
}
