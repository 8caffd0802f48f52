import { RequestRuleChanged } from '@rack-gateway/access-requests'
import type { RequestRule } from '@rack-gateway/rbac-policy'
import type { PrincipalCall } from '../calls/call.ts'

/** The rule of an access request in the policy in force; null if the rule or its role is gone. */
export function currentRule(
  { server: { policy } }: Pick<PrincipalCall, 'server'>,
  { rule: id, role }: { readonly rule: string; readonly role: string },
): RequestRule | null {
  const rule = policy.requestRule(id)
  return rule?.role === role && policy.roles.has(role) ? rule : null
}

/** @throws RequestRuleChanged */
export function requireRule(
  call: Pick<PrincipalCall, 'server'>,
  request: { readonly rule: string; readonly role: string },
): RequestRule {
  const rule = currentRule(call, request)
  if (rule === null) throw new RequestRuleChanged(request.rule, request.role)
  return rule
}
