import type { Denial } from '@rack-gateway/errors'
import {
  acceptsRack,
  bindingsInScope,
  type FailedCondition,
  failedScopeConditions,
  type PrincipalBindings,
  type ScopeBindings,
} from '../compiled-policy/compiled-bindings.ts'
import type { CompiledDocument } from '../compiled-policy/compiled-document.ts'
import type { PermissionOrigin } from '../compiled-policy/compiled-role.ts'
import {
  boundToOtherRack,
  denyByCondition,
  noBinding,
  noPermission,
  proxyReason,
  type RequiredRolesText,
  requiredRolesText,
  type Side,
} from '../compiled-policy/reasons.ts'
import type { Allowed, Decision, Moment, Permission, PolicyScope, Principal, RackCall } from '../model/types.ts'
import { requiredPermissions } from '../permissions/required-permissions.ts'
import { decideCommand } from './command-decision.ts'
import type { Leniency } from './observe-mode.ts'
import { applyStepUp } from './step-up-decision.ts'

/**
 * Decides one call by bindings, permissions, command rules, and blocked operations, in this order. The first denial
 * wins. An allowed call can still need a proof of a second factor.
 *
 * @param leniency null: as the policy says
 */
export function decideByBindings(
  document: CompiledDocument,
  principal: Principal,
  bindings: PrincipalBindings,
  call: RackCall,
  leniency: Leniency | null,
): Decision {
  const permission = permissionOf(call)
  const scope = scopeOf(call)
  const isForRack = acceptsRack(bindings, call.rack)
  const scopeBindings = isForRack ? bindingsInScope(bindings, scope, call) : null
  if (scopeBindings === null) return deny(document, permission, null, boundToOtherRack(principal, call))

  const required = requiredPermissions(call)
  const missing = findMissing(document, principal, { scope, scopeBindings, required, bindings, moment: call, leniency })
  if (missing !== null) {
    const denial =
      permission === openProxy ? explainProxy(document, principal, scopeBindings, call, missing) : missing.denial
    return deny(
      document,
      missing.permission ?? permission,
      scopeBindings,
      blockedInstead(document, call, denial) ?? denial,
    )
  }

  const observed = leniency && {
    leniency,
    failed: [...scopeBindings.failedConditions, ...failedScopeConditions(bindings.own, scope, call)],
  }
  const command = decideCommand(document, principal, scopeBindings, call, observed)
  if (command !== null && 'remedy' in command) return deny(document, permission, scopeBindings, command)
  const blocked = document.blocked(call)
  if (blocked) return deny(document, permission, scopeBindings, blocked)
  const { rule, source, reason } = command ?? grantedBy(scopeBindings, required)
  const commandRules = command?.commandRules ?? noNames
  const { roles } = scopeBindings.own
  const granted: Allowed = {
    effect: 'allow',
    rule,
    source,
    permission,
    reason,
    roles,
    bindings: scopeBindings.bindings,
    policy: document.hash,
  }
  const { stepUp } = document
  return stepUp === null || leniency !== null
    ? granted
    : applyStepUp(stepUp, { principal, call, scope, scopeBindings, required, commandRules, granted })
}

/** No role allows a blocked operation, so its denial must not name roles that have the permission. */
function blockedInstead(document: CompiledDocument, call: RackCall, { rule }: Denial): Denial | null {
  const blocked = rule === 'no-permission' ? document.blocked(call) : null
  return blocked?.rule.startsWith('blocked:') ? blocked : null
}

/** Returns why the principal lacks a permission in a scope; null if the principal has it. */
export function checkPermissionAt(
  document: CompiledDocument,
  principal: Principal,
  bindings: PrincipalBindings,
  {
    permission,
    where,
    moment,
  }: { readonly permission: Permission; readonly where: PolicyScope; readonly moment: Moment },
): Denial | null {
  const scopeBindings = bindingsInScope(bindings, where, moment)
  const check = { scope: where, scopeBindings, required: [permission], bindings, moment, leniency: null }
  return findMissing(document, principal, check)?.denial ?? null
}

interface PermissionCheck {
  readonly scope: PolicyScope
  readonly scopeBindings: ScopeBindings
  readonly required: readonly Permission[]
  readonly bindings: PrincipalBindings
  readonly moment: Moment
  readonly leniency: Leniency | null
}

interface MissingPermission {
  /** Null if the principal, or the owner of a token, has no role in the scope. */
  readonly permission: Permission | null
  readonly denial: Denial
}

function findMissing(
  document: CompiledDocument,
  principal: Principal,
  { scope, scopeBindings, required, bindings, moment, leniency }: PermissionCheck,
): MissingPermission | null {
  const { own, owner, failedConditions: failed } = scopeBindings
  const needsOwn = leniency?.own !== true
  const needsOwner = leniency?.owner !== true
  if (own.roles.length === 0) {
    const first = failed[0] ?? failedScopeConditions(bindings.own, scope, moment)[0]
    if (first) return { permission: null, denial: denyByCondition(first) }
    if (needsOwn) return { permission: null, denial: noBinding(principal, scope, 'own') }
  }
  if (owner?.roles.length === 0 && needsOwner) return { permission: null, denial: noBinding(principal, scope, 'owner') }
  for (const permission of required) {
    if (!needsOwner && bindings.owner !== null && owner?.roleWith(permission) === null) {
      const failedCondition = failedConditionFor(failedScopeConditions(bindings.owner, scope, moment), permission)
      if (failedCondition) return { permission, denial: denyByCondition(failedCondition) }
    }
    const side = missingSide(scopeBindings, permission, { needsOwner })
    if (side === null) continue
    const failedCondition =
      side === 'own'
        ? failedConditionFor([...failed, ...failedScopeConditions(bindings.own, scope, moment)], permission)
        : undefined
    if (failedCondition) return { permission, denial: denyByCondition(failedCondition) }
    if (side === 'own' && !needsOwn) continue
    const missing = {
      permission,
      side,
      required: requiredRolesOf(document, permission),
      held: scopeBindings[side] ?? own,
    } as const
    return { permission, denial: noPermission(principal, scope, missing) }
  }
  return null
}

function missingSide(
  { own, owner }: ScopeBindings,
  permission: Permission,
  { needsOwner }: { readonly needsOwner: boolean },
): Side | null {
  if (own.roleWith(permission) === null) return 'own'
  return needsOwner && owner?.roleWith(permission) === null ? 'owner' : null
}

function failedConditionFor(failed: readonly FailedCondition[], permission: Permission): FailedCondition | undefined {
  return failed.find(({ binding }) => binding.role.has(permission))
}

const openProxy = 'proxy:open'

/** Names the permissions of both kinds of proxies, because the address does not say which kind the caller wants. */
function explainProxy(
  document: CompiledDocument,
  principal: Principal,
  { own }: ScopeBindings,
  { rack }: RackCall,
  { denial }: MissingPermission,
): Denial {
  if (!rulesOfMissingPermission.has(denial.rule)) return denial
  const needed = { resource: requiredRolesOf(document, 'resource:proxy'), other: requiredRolesOf(document, openProxy) }
  return { ...denial, reason: proxyReason(principal, rack, own, needed) }
}

const rulesOfMissingPermission: ReadonlySet<string> = new Set(['no-permission', 'no-binding'])

/** A proxy to a resource needs a permission on the resource's app. Any other proxy needs a permission on the rack. */
function permissionOf({ route, resource }: RackCall): Permission {
  return resource === null ? route.permission : 'resource:proxy'
}

export function scopeOf({ rack, app, route, resource }: RackCall): PolicyScope {
  return resource === null ? { rack, app, scope: route.scope } : { rack, app: resource.app, scope: 'app' }
}

const noNames: readonly string[] = Object.freeze([])

function deny(
  { hash }: CompiledDocument,
  permission: Permission,
  scopeBindings: ScopeBindings | null,
  { rule, source, reason, remedy }: Denial,
): Decision {
  const roles = scopeBindings === null ? noNames : scopeBindings.own.roles
  const bindings = scopeBindings === null ? noNames : scopeBindings.bindings
  return { effect: 'deny', rule, source, permission, reason, remedy, roles, bindings, policy: hash }
}

const ownRun = { rule: 'own-run', source: 'gateway', reason: 'The principal that started a run can end it.' }

function grantedBy({ own }: ScopeBindings, [permission]: readonly Permission[]): PermissionOrigin {
  const role = permission === undefined ? undefined : own.roleWith(permission)
  return permission === undefined || !role ? ownRun : role.explainPermission(permission)
}

function requiredRolesOf(document: CompiledDocument, permission: Permission): RequiredRolesText {
  const found = document.requiredRoles.get(permission)
  if (found !== undefined) return found
  const text = requiredRolesText(permission, rolesWith(document, permission))
  document.requiredRoles.set(permission, text)
  return text
}

export function rolesWith(
  { roles, rolesByPermission }: Pick<CompiledDocument, 'roles' | 'rolesByPermission'>,
  permission: Permission,
): readonly string[] {
  const found = rolesByPermission.get(permission)
  if (found !== undefined) return found
  const names = [...roles.values()].filter((role) => role.has(permission)).map((role) => role.name)
  rolesByPermission.set(permission, names)
  return names
}
