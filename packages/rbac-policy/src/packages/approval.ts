import { isInScope, isLiveGrant, toDecidingGrant } from '../compiled-policy/compiled-grants.ts'
import { attributeToGrant } from '../decision/attribute-grant.ts'
import { scopeOf } from '../decision/decide-by-bindings.ts'
import type { Allowed, DecidingGrant, Decision, Grant, Principal, RackCall } from '../model/types.ts'
import type { Policy } from '../policy/policy.ts'
import { askForAccess } from '../requests/request-command.ts'
import type { Objection } from './types.ts'

/** What decides about approvals: the request rules of the policy in force. */
export type RequestRules = Pick<Policy, 'requestRule' | 'requestCommandOf' | 'roles'>

export type ApprovalObjection = Extract<Objection, { requirement: 'approval' }>

interface AllowedCall {
  readonly principal: Principal
  readonly call: RackCall
  readonly decision: Allowed
}

/** Allows the call under a live grant of the request rule that the objection names. Otherwise, the objection holds. */
export function decideApproval(
  rules: RequestRules,
  packageName: string,
  objection: ApprovalObjection,
  { principal, call, decision }: AllowedCall,
): Decision {
  const { wouldBe: _, grant: __, ...base } = decision
  const { reason, next } = objection
  const explained = { ...base, rule: `package:${packageName}:${objection.rule}`, source: packageName, reason }
  const rule = rules.requestRule(objection.request)
  if (rule === null)
    return {
      ...explained,
      effect: 'deny',
      reason: `${reason} The call needs an approval by the request rule ${objection.request}, which the policy does not have.`,
      remedy: 'Tell an administrator of the gateway.',
    }
  if (principal.kind !== 'user')
    return {
      ...explained,
      effect: 'deny',
      reason: `${reason} The call needs an approval by the request rule ${rule.id}, and only users can have one.`,
      remedy: 'Make the call as a user.',
    }
  const grants = (principal.grants ?? []).filter((grant) => grant.rule === rule.id && rules.roles.has(grant.role))
  const approving = approvingGrant(grants, call, decision.grant ?? null)
  if (approving !== null) return attributeToGrant(decision, approving)
  const command = rules.requestCommandOf(principal, rule, scopeOf(call), call.at)
  const remedy = command === null ? next : askForAccess(command)
  return { ...explained, effect: 'require', remedy, granted: decision, requirement: 'approval' }
}

/**
 * The grant to which an approved call is attributed: of the grants on which it depends, the one that ends first. One
 * call starts at most one grant, so a grant that the call starts comes first, and a second one does not count.
 *
 * @param deciding the grant that already allows the call; null if bindings are enough
 */
function approvingGrant(
  grants: readonly Grant[],
  call: RackCall,
  deciding: DecidingGrant | null,
): DecidingGrant | null {
  const approving = grants
    .filter((grant) => isLiveGrant(grant, call.at) && isInScope(grant, scopeOf(call)))
    .sort((one, other) => one.expiresAt - other.expiresAt)
  if (deciding === null) return first(approving)
  if (approving.some(({ id }) => id === deciding.id)) return deciding
  const usable = deciding.startsWithUse ? approving.filter(({ startsWithUse }) => !startsWithUse) : approving
  const found = first(usable)
  if (found === null || deciding.startsWithUse) return found && deciding
  return found.startsWithUse || found.expiresAt < deciding.expiresAt ? found : deciding
}

function first([grant]: readonly Grant[]): DecidingGrant | null {
  return grant === undefined ? null : toDecidingGrant(grant)
}
