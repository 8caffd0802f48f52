import { compilePatterns } from '@rack-gateway/command-matcher'
import type { DecidingGrant, Grant, Permission, PolicyScope, Principal } from '../model/types.ts'
import { isGrantable } from '../permissions/grantable-permissions.ts'
import { compileBindingsWithRole, type PrincipalBindings } from './compiled-bindings.ts'
import type { CompiledRole } from './compiled-role.ts'

/** A grant, and the bindings that its user has while the grant is live: the user's own, and those of the grant. */
export interface CompiledGrant {
  readonly grant: Grant
  readonly bindings: PrincipalBindings
}

/**
 * The grants of a user, the one that ends first at first. A grant of a role that the policy does not have gives nothing.
 * Tokens and jobs have no grants.
 */
export function compileGrants(
  principal: Principal,
  roles: ReadonlyMap<string, CompiledRole>,
): readonly CompiledGrant[] {
  if (principal.kind !== 'user') return []
  return [...(principal.grants ?? [])]
    .sort((one, other) => one.expiresAt - other.expiresAt)
    .flatMap((grant): CompiledGrant[] => {
      const role = roles.get(grant.role)
      return role === undefined ? [] : [{ grant, bindings: bindingsUnder(grant, principal, { role, roles }) }]
    })
}

function bindingsUnder(
  { id, role: name, racks, apps, expiresAt }: Grant,
  principal: Principal,
  { role, roles }: { readonly role: CompiledRole; readonly roles: ReadonlyMap<string, CompiledRole> },
): PrincipalBindings {
  const granted = racks.flatMap((rack) => apps.map((app) => ({ id, role: name, racks: rack, apps: app, expiresAt })))
  return compileBindingsWithRole(principal, roles, { role: grantedRole(role), bindings: granted })
}

/** A grant gives no authority over the gateway, whatever its role is now. */
export function grantedRole(role: CompiledRole): CompiledRole {
  return { ...role, has: (permission) => isGrantable(permission) && role.has(permission) }
}

export function isGatewayRead(permission: Permission): boolean {
  return permission.startsWith('gateway:') && permission.endsWith(':read')
}

/** From its start on, and until before its end. The clock decides, even if the end is not yet recorded. */
export function isLiveGrant({ startsAt, expiresAt }: Pick<Grant, 'startsAt' | 'expiresAt'>, at: number): boolean {
  return startsAt <= at && at < expiresAt
}

export function toDecidingGrant({ id, expiresAt, startsWithUse }: Grant): DecidingGrant {
  return { id, expiresAt, startsWithUse }
}

/** Whether a binding with the racks and apps of the grant would apply to a scope. */
export function isInScope({ racks, apps }: Pick<Grant, 'racks' | 'apps'>, { rack, app, scope }: PolicyScope): boolean {
  if (!compilePatterns(racks)(rack)) return false
  if (scope === 'list') return true
  return scope === 'rack' ? apps.includes('*') : app !== null && compilePatterns(apps)(app)
}
