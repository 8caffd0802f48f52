import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import { type CompiledGrant, isLiveGrant, toDecidingGrant } from '../compiled-policy/compiled-grants.ts'
import type { Decision, Principal, RackCall } from '../model/types.ts'
import { attributeToGrant } from './attribute-grant.ts'
import { decideByBindings } from './decide-by-bindings.ts'

type Denied = Extract<Decision, { effect: 'deny' }>

/**
 * Decides a call again that the user's own bindings deny, with one live grant at a time. The first grant that is enough
 * decides, and the one that ends first is tried first.
 *
 * @param grants sorted by their end
 * @returns the denial that explains most, if no grant is enough
 */
export function decideByGrants(
  document: CompiledDocument,
  principal: Principal,
  {
    grants,
    denial,
    call,
  }: { readonly grants: readonly CompiledGrant[]; readonly denial: Denied; readonly call: RackCall },
): Decision {
  let explained = denial
  for (const { grant, bindings } of grants) {
    if (!isLiveGrant(grant, call.at)) continue
    const decision = decideByBindings(document, principal, bindings, call, null)
    if (decision.effect !== 'deny') return attributeToGrant(decision, toDecidingGrant(grant))
    if (rankOf(decision) > rankOf(explained)) explained = decision
  }
  return explained
}

/** Whether a call is denied because something is missing that a further role can give. */
export function isForWant(denial: Denied): boolean {
  return rankOf(denial) < blocked
}

const blocked = 3

/** How far the call got. A denial that came later in the decision has the reason that counts. */
function rankOf({ rule }: Denied): number {
  if (rule === 'no-binding' || rule === 'no-permission') return 0
  if (rule.startsWith('command:')) return 1
  return rule.startsWith('condition:') ? 2 : blocked
}
