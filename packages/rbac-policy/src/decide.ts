import type { CompiledRules } from '@rack-gateway/command-matcher'
import { judgeCommand } from './command-decision.ts'
import type { CompiledRole } from './compiled-role.ts'
import type { CompiledCondition } from './condition.ts'
import { type Barred, type Basis, boundFor, type HeldHere, type Holdings, holdingsAt } from './grants.ts'
import { barredBy, boundElsewhere, noBinding, noPermission } from './reasons.ts'
import type { Refusal } from './refusals.ts'
import { requiredPermissions } from './required-permissions.ts'
import type { Decision, Permission, Place, Principal, RackCall } from './types.ts'

/** A policy document, compiled. */
export interface CompiledDocument {
  readonly hash: string
  /** What the document is called. */
  readonly source: string
  readonly roles: ReadonlyMap<string, CompiledRole>
  readonly commands: CompiledRules
  /** By the ids of command rules. */
  readonly commandSources: ReadonlyMap<string, string>
  readonly commandConditions: ReadonlyMap<string, readonly CompiledCondition[]>
  readonly blocked: (call: RackCall) => Refusal | null
}

/** Decides one call: bindings, permissions, command rules, blocked operations. The first refusal wins. */
export function decide(document: CompiledDocument, principal: Principal, holdings: Holdings, call: RackCall): Decision {
  const permission = permissionOf(call)
  const place = placeOf(call)
  const bound = boundFor(holdings, call.rack)
  const here = bound ? holdingsAt(holdings, place, call) : null
  if (here === null) return refused(document, permission, nothing, boundElsewhere(principal, call))

  const unheld = unheldBy(document, principal, { place, here, call })
  if (unheld !== null) return refused(document, unheld.permission ?? permission, here.basis, unheld)

  const command = judgeCommand(document, principal, here, call)
  if (command !== null && 'next' in command) return refused(document, permission, here.basis, command)
  const refusal = document.blocked(call)
  if (refusal) return refused(document, permission, here.basis, refusal)

  return { effect: 'allow', permission, policy: document.hash, ...(command ?? grantedBy(here, call)), ...here.basis }
}

interface Asked {
  readonly place: Place
  readonly here: HeldHere
  readonly call: RackCall
}

/** What of the bindings is missing. */
function unheldBy(
  document: CompiledDocument,
  principal: Principal,
  { place, here, call }: Asked,
): (Refusal & { readonly permission?: Permission }) | null {
  const { own, owner, barred } = here
  const [first] = barred
  if (own.grants.length === 0) return first ? barredBy(first) : noBinding(principal, place, 'own')
  if (owner?.grants.length === 0) return noBinding(principal, place, 'owner')
  for (const permission of requiredPermissions(call)) {
    const side = own.giving(permission) === null ? 'own' : owner?.giving(permission) === null ? 'owner' : null
    if (side === null) continue
    const barring = side === 'own' ? barringOf(barred, permission) : undefined
    if (barring) return { permission, ...barredBy(barring) }
    const missing = {
      permission,
      side,
      able: rolesWith(document, permission),
      here: (here[side] ?? own).roles,
    } as const
    return { permission, ...noPermission(principal, place, missing) }
  }
  return null
}

function barringOf(barred: readonly Barred[], permission: Permission): Barred | undefined {
  return barred.find(({ grant }) => grant.role.has(permission))
}

/** A proxy to a resource is a matter of the resource's app, any other one of the rack. */
function permissionOf({ route, resource }: RackCall): Permission {
  return resource === null ? route.permission : 'resource:proxy'
}

function placeOf({ rack, app, route, resource }: RackCall): Place {
  return resource === null ? { rack, app, scope: route.scope } : { rack, app: resource.app, scope: 'app' }
}

const nothing: Basis = { roles: Object.freeze([]), bindings: Object.freeze([]) }

function refused(
  { hash }: CompiledDocument,
  permission: Permission,
  { roles, bindings }: Basis,
  { rule, source, reason, next }: Refusal,
): Decision {
  return { effect: 'deny', rule, source, permission, reason, next, roles, bindings, policy: hash }
}

const ownRun = { rule: 'own-run', source: 'gateway', reason: 'Whoever started a run may end it.' }

function grantedBy({ own }: HeldHere, call: RackCall) {
  const [permission] = requiredPermissions(call)
  const role = permission === undefined ? undefined : own.giving(permission)?.role
  return permission === undefined || role === undefined ? ownRun : { source: role.source, ...role.grant(permission) }
}

export function rolesWith({ roles }: Pick<CompiledDocument, 'roles'>, permission: Permission): string[] {
  return [...roles.values()].filter((role) => role.has(permission)).map((role) => role.name)
}
