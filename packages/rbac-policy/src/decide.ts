import type { CompiledRules } from '@rack-gateway/command-matcher'
import { judgeCommand } from './command-decision.ts'
import type { CompiledRole } from './compiled-role.ts'
import { anyHas, type Basis, boundFor, type HeldHere, type Holdings, holdingsAt, type Place } from './grants.ts'
import { boundElsewhere, noBinding, noPermission } from './reasons.ts'
import type { Refusal } from './refusals.ts'
import { requiredPermissions } from './required-permissions.ts'
import type { Decision, Permission, Principal, RackCall } from './types.ts'

/** A policy document, compiled. */
export interface CompiledDocument {
  readonly roles: ReadonlyMap<string, CompiledRole>
  readonly commands: CompiledRules
  readonly blocked: (call: RackCall) => Refusal | null
}

/** Decides one call: bindings, permissions, command rules, blocked operations. The first refusal wins. */
export function decide(document: CompiledDocument, principal: Principal, holdings: Holdings, call: RackCall): Decision {
  const permission = permissionOf(call)
  if (!boundFor(holdings, call.rack)) return deny(permission, 'rack-bound', boundElsewhere(principal, call), nothing)

  const place = placeOf(call)
  const here = holdingsAt(holdings, place, call.at)
  if (here.own.length === 0) return deny(permission, 'no-binding', noBinding(principal, place, 'own'), here.basis)
  if (here.owner?.length === 0) return deny(permission, 'no-binding', noBinding(principal, place, 'owner'), here.basis)

  const required = requiredPermissions(call)
  for (const needed of required) {
    const side = !anyHas(here.own, needed) ? 'own' : here.owner && !anyHas(here.owner, needed) ? 'owner' : null
    if (side === null) continue
    const missing = { permission: needed, side, able: rolesWith(document, needed), here: here[side] ?? [] } as const
    return deny(needed, 'no-permission', noPermission(principal, place, missing), here.basis)
  }

  const command = judgeCommand(document.commands, here, call)
  if (command?.effect === 'deny') return deny(permission, `command:${command.rule}`, command.reason, here.basis)
  const refusal = document.blocked(call)
  if (refusal) return deny(permission, refusal.rule, refusal.reason, here.basis)

  const rule = command ? `command:${command.rule}` : grantedBy(here, required[0])
  return { effect: 'allow', rule, permission, ...here.basis }
}

/** A proxy to a resource is a matter of the resource's app, any other one of the rack. */
function permissionOf({ route, resource }: RackCall): Permission {
  return resource === null ? route.permission : 'resource:proxy'
}

function placeOf({ rack, app, route, resource }: RackCall): Place {
  return resource === null ? { rack, app, scope: route.scope } : { rack, app: resource.app, scope: 'app' }
}

const nothing: Basis = { roles: Object.freeze([]), bindings: Object.freeze([]) }

function deny(permission: Permission, rule: string, reason: string, basis: Basis): Decision {
  return { effect: 'deny', rule, permission, reason, ...basis }
}

function grantedBy(here: HeldHere, permission: Permission | undefined): string {
  if (permission === undefined) return 'own-run'
  return `role:${here.own.find((grant) => grant.role.has(permission))?.role.name}`
}

export function rolesWith({ roles }: Pick<CompiledDocument, 'roles'>, permission: Permission): string[] {
  return [...roles.values()].filter((role) => role.has(permission)).map((role) => role.name)
}
