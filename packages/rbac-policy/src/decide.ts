import type { Denial } from '@rack-gateway/errors'
import { judgeCommand } from './command-decision.ts'
import type { CompiledDocument } from './compiled-document.ts'
import type { GrantWords } from './compiled-role.ts'
import {
  boundFor,
  type FailedCondition,
  failedScopeConditions,
  type HeldHere,
  type Holdings,
  holdingsAt,
} from './grants.ts'
import {
  boundElsewhere,
  denyByCondition,
  type NeedWords,
  needs,
  noBinding,
  noPermission,
  proxyReason,
} from './reasons.ts'
import { requiredPermissions } from './required-permissions.ts'
import type { Decision, Moment, Permission, PolicyScope, Principal, RackCall } from './types.ts'

/** Decides one call: bindings, permissions, command rules, blocked operations. The first refusal wins. */
export function decide(document: CompiledDocument, principal: Principal, holdings: Holdings, call: RackCall): Decision {
  const permission = permissionOf(call)
  const place = scopeOf(call)
  const bound = boundFor(holdings, call.rack)
  const here = bound ? holdingsAt(holdings, place, call) : null
  if (here === null) return refused(document, permission, null, boundElsewhere(principal, call))

  const required = requiredPermissions(call)
  const unheld = unheldBy(document, principal, { place, here, required, holdings, moment: call })
  if (unheld !== null) {
    const refusal = permission === openProxy ? proxyUnheld(document, principal, here, call, unheld) : unheld.refusal
    return refused(document, unheld.permission ?? permission, here, refusal)
  }

  const command = judgeCommand(document, principal, here, call)
  if (command !== null && 'remedy' in command) return refused(document, permission, here, command)
  const refusal = document.blocked(call)
  if (refusal) return refused(document, permission, here, refusal)

  const { rule, source, reason } = command ?? grantedBy(here, required)
  const { roles } = here.own
  return { effect: 'allow', rule, source, permission, reason, roles, bindings: here.bindings, policy: document.hash }
}

/** Returns why the principal lacks a permission in a scope; null if the principal has it. */
export function unheldAt(
  document: CompiledDocument,
  principal: Principal,
  holdings: Holdings,
  {
    permission,
    where,
    moment,
  }: { readonly permission: Permission; readonly where: PolicyScope; readonly moment: Moment },
): Denial | null {
  const here = holdingsAt(holdings, where, moment)
  const asked = { place: where, here, required: [permission], holdings, moment }
  return unheldBy(document, principal, asked)?.refusal ?? null
}

interface Asked {
  readonly place: PolicyScope
  readonly here: HeldHere
  readonly required: readonly Permission[]
  readonly holdings: Holdings
  readonly moment: Moment
}

interface Unheld {
  /** The one that is missing; null where nothing is held at all. */
  readonly permission: Permission | null
  readonly refusal: Denial
}

/** What of the bindings is missing. */
function unheldBy(
  document: CompiledDocument,
  principal: Principal,
  { place, here, required, holdings, moment }: Asked,
): Unheld | null {
  const { own, owner, failedConditions: failed } = here
  if (own.roles.length === 0) {
    const first = failed[0] ?? failedScopeConditions(holdings, place, moment)[0]
    return { permission: null, refusal: first ? denyByCondition(first) : noBinding(principal, place, 'own') }
  }
  if (owner?.roles.length === 0) return { permission: null, refusal: noBinding(principal, place, 'owner') }
  for (const permission of required) {
    const side = own.giving(permission) === null ? 'own' : owner?.giving(permission) === null ? 'owner' : null
    if (side === null) continue
    const barring =
      side === 'own'
        ? failedConditionFor([...failed, ...failedScopeConditions(holdings, place, moment)], permission)
        : undefined
    if (barring) return { permission, refusal: denyByCondition(barring) }
    const missing = {
      permission,
      side,
      needs: needsOf(document, permission),
      held: here[side] ?? own,
    } as const
    return { permission, refusal: noPermission(principal, place, missing) }
  }
  return null
}

function failedConditionFor(failed: readonly FailedCondition[], permission: Permission): FailedCondition | undefined {
  return failed.find(({ grant }) => grant.role.has(permission))
}

const openProxy = 'proxy:open'

/** Who looks for no resource of an app is told what it would need as well: the address alone doesn't say which one is meant. */
function proxyUnheld(
  document: CompiledDocument,
  principal: Principal,
  { own }: HeldHere,
  { rack }: RackCall,
  { refusal }: Unheld,
): Denial {
  if (!missingRole.has(refusal.rule)) return refusal
  const needed = { resource: needsOf(document, 'resource:proxy'), other: needsOf(document, openProxy) }
  return { ...refusal, reason: proxyReason(principal, rack, own, needed) }
}

const missingRole: ReadonlySet<string> = new Set(['no-permission', 'no-binding'])

/** A proxy to a resource is a matter of the resource's app, any other one of the rack. */
function permissionOf({ route, resource }: RackCall): Permission {
  return resource === null ? route.permission : 'resource:proxy'
}

function scopeOf({ rack, app, route, resource }: RackCall): PolicyScope {
  return resource === null ? { rack, app, scope: route.scope } : { rack, app: resource.app, scope: 'app' }
}

const none: readonly string[] = Object.freeze([])

function refused(
  { hash }: CompiledDocument,
  permission: Permission,
  here: HeldHere | null,
  { rule, source, reason, remedy }: Denial,
): Decision {
  const roles = here === null ? none : here.own.roles
  const bindings = here === null ? none : here.bindings
  return { effect: 'deny', rule, source, permission, reason, remedy, roles, bindings, policy: hash }
}

const ownRun = { rule: 'own-run', source: 'gateway', reason: 'The principal that started a run can end it.' }

function grantedBy({ own }: HeldHere, [permission]: readonly Permission[]): GrantWords {
  const role = permission === undefined ? undefined : own.giving(permission)
  return permission === undefined || !role ? ownRun : role.grant(permission)
}

/** Who has a permission, as a sentence says it; made once for each. */
function needsOf(document: CompiledDocument, permission: Permission): NeedWords {
  const found = document.needs.get(permission)
  if (found !== undefined) return found
  const made = needs(permission, rolesWith(document, permission))
  document.needs.set(permission, made)
  return made
}

export function rolesWith({ roles }: Pick<CompiledDocument, 'roles'>, permission: Permission): string[] {
  return [...roles.values()].filter((role) => role.has(permission)).map((role) => role.name)
}
