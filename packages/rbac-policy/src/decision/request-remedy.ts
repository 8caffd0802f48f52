import type { PrincipalBindings } from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import type { Decision, Principal, RackCall } from '../model/types.ts'
import { askForAccess, requestCommandOf } from '../requests/request-command.ts'
import { decideByBindings, scopeOf } from './decide-by-bindings.ts'

/** Bounds the time of a denial. */
const maxRoles = 5

/**
 * The remedy of a call that is denied for want of a role: the command that asks for a role that allows the call.
 *
 * @param bindingsWith the bindings that the user would have with a role
 * @returns null if no request rule lets the user ask for such a role
 */
export function requestRemedy(
  document: CompiledDocument,
  principal: Principal,
  call: RackCall,
  bindingsWith: (role: string) => PrincipalBindings | null,
): string | null {
  if (principal.kind !== 'user' || document.requests.length === 0) return null
  const scope = scopeOf(call)
  const tried = new Set<string>()
  for (const rule of document.requests) {
    const { role } = rule
    if (tried.has(role)) continue
    const command = requestCommandOf(document.requests, principal, rule, { where: scope, at: call.at })
    if (command === null) continue
    if (tried.size === maxRoles) return null
    tried.add(role)
    const bindings = bindingsWith(role)
    if (bindings !== null && isEnough(decideByBindings(document, principal, bindings, call, null)))
      return askForAccess(command)
  }
  return null
}

function isEnough({ effect }: Decision): boolean {
  return effect !== 'deny'
}
