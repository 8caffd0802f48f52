import { contains } from '../compiled-policy/can-grant.ts'
import { builtInPolicy } from '../document/document.ts'
import { expandWithImplied } from '../permissions/permission-patterns.ts'
import type { PolicyDocument, Role } from '../policy-document/policy-document.ts'
import { type CurrentAccess, type CurrentBinding, keyOfSubject } from '../simulation/current-access.ts'

/** Permissions of the gateway that every built-in role for racks has. */
const harmless: ReadonlySet<string> = new Set([
  'gateway:self:read',
  'gateway:self:write',
  'gateway:policy:read',
  'gateway:health:read',
])

/** No role with one of these permissions may come from a suggestion. */
export function isForbidden(permission: string): boolean {
  return permission === 'secret:read' || (permission.startsWith('gateway:') && !harmless.has(permission))
}

export function isDeletion(permission: string): boolean {
  return permission.endsWith(':delete') || permission === 'instance:terminate'
}

function permissionsOf({ role, permissions }: CurrentBinding, roles: ReadonlyMap<string, Role>): ReadonlySet<string> {
  return expandWithImplied(permissions ?? roles.get(role)?.permissions ?? [])
}

export interface BindingKinds {
  /** Whether a binding can change the gateway itself. */
  canChangeGateway(binding: CurrentBinding): boolean
  /** Whether a binding allows something on racks. */
  concernsRacks(binding: CurrentBinding): boolean
  /** Whether a binding allows something in the gateway that a suggestion cannot replace, such as reading the audit log. */
  concernsGateway(binding: CurrentBinding): boolean
  /** Whether a binding allows no more than the built-in role viewer. */
  allowsOnlyViewing(binding: CurrentBinding): boolean
}

export function bindingKinds({ roles: list }: PolicyDocument): BindingKinds {
  const viewing = expandWithImplied(builtInPolicy().roles.find(({ name }) => name === 'viewer')?.permissions ?? [])
  const roles = new Map(list.map((role) => [role.name, role]))
  const some = (binding: CurrentBinding, test: (permission: string) => boolean) =>
    [...permissionsOf(binding, roles)].some(test)
  return {
    canChangeGateway: (binding) =>
      some(binding, (one) => one.startsWith('gateway:') && !harmless.has(one) && !one.endsWith(':read')),
    concernsRacks: (binding) => some(binding, (one) => !one.startsWith('gateway:')),
    concernsGateway: (binding) => some(binding, (one) => one.startsWith('gateway:') && !harmless.has(one)),
    allowsOnlyViewing: (binding) => !some(binding, (one) => !viewing.has(one)),
  }
}

/**
 * The bindings of those who can change the gateway. They stay as they are, because a suggestion must not lock
 * administrators out.
 */
export function keptBindings({ bindings }: CurrentAccess, kinds: BindingKinds): ReadonlyMap<string, CurrentBinding[]> {
  const holders = new Set(bindings.filter(kinds.canChangeGateway).map(keyOfSubject))
  const kept = new Map<string, CurrentBinding[]>()
  for (const binding of bindings) {
    const key = keyOfSubject(binding)
    if (holders.has(key)) kept.set(key, [...(kept.get(key) ?? []), binding])
  }
  return kept
}

/** Whether one binding of the same role has the scope of another one. */
export function isWithin(
  inner: { readonly role: string; readonly racks: string; readonly apps: string },
  outer: { readonly role: string; readonly racks: string; readonly apps: string },
): boolean {
  return inner.role === outer.role && contains(outer.racks, inner.racks) && contains(outer.apps, inner.apps)
}
