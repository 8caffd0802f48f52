import { inMessage, joinWithAnd, namesInMessage } from '@rack-gateway/command-matcher'
import type { Denial } from '@rack-gateway/errors'
import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import {
  type DecidingGrant,
  type DecisionBase,
  type Moment,
  type Policy,
  type Principal,
  permissionDescriptions,
  permissions,
} from '@rack-gateway/rbac-policy'
import { denialError, NotAllowed } from '../../errors/errors.ts'

/** All apps of all racks. */
const everywhere = { rack: '*', app: null, scope: 'rack' } as const

export interface EndpointDecision extends Pick<DecisionBase, 'rule' | 'source' | 'reason' | 'policy'> {
  readonly effect: 'allow'
  /** The grant without which the call would be denied. */
  readonly grant?: DecidingGrant
}

export interface EndpointDenial extends Denial {
  readonly effect: 'deny'
  /** The missing permission; undefined if the kind of the principal is denied. */
  readonly permission?: string
  readonly policy: string
}

/** @throws NotAllowed */
export function authorize(
  policy: Policy,
  principal: Principal,
  endpoint: PrincipalEndpoint,
  moment: Moment,
): EndpointDecision {
  const decision = decideEndpoint(policy, principal, endpoint, moment)
  if (decision.effect === 'deny') throw denialError(NotAllowed, decision)
  return decision
}

export function decideEndpoint(
  policy: Policy,
  principal: Principal,
  endpoint: PrincipalEndpoint,
  moment: Moment,
): EndpointDecision | EndpointDenial {
  const { principalKinds, scope, permission, additionalPermission } = endpoint
  const denial = { effect: 'deny', policy: policy.hash } as const
  if (!principalKinds.includes(principal.kind)) {
    const reason = `${kindNames[principal.kind]} cannot call ${endpoint.method} ${endpoint.path}. Only a user can, with a session.`
    return { ...denial, rule: 'people-only', source: 'gateway', reason, remedy: 'Log in, and use the session.' }
  }
  if (scope !== 'gateway') return { effect: 'allow', ...ownDataDecision, policy: policy.hash }
  const needed = additionalPermission === undefined ? [permission] : [permission, additionalPermission]
  return decideWithGrants(principal, moment, function decideAs(one) {
    for (const name of needed) {
      const missing = denialEverywhere(policy, one, name, moment)
      if (missing === null) continue
      const action = name === permission ? actionOf(endpoint) : describePermission(name)
      return { ...denial, ...explainMissing(missing, { policy, principal, action }, name), permission: name }
    }
    return allowedDecision(policy, one, permission, moment)
  })
}

/**
 * Decides without the grants of the principal first. What that denies is decided again with each grant, the one that
 * ends first before the others, so that the decision names the one grant that it depends on.
 */
function decideWithGrants(
  principal: Principal,
  { at }: Moment,
  decideAs: (principal: Principal) => EndpointDecision | EndpointDenial,
): EndpointDecision | EndpointDenial {
  const { grants = [] } = principal
  if (grants.length === 0) return decideAs(principal)
  const denial = decideAs({ ...principal, grants: [] })
  if (denial.effect === 'allow') return denial
  const live = grants.filter(({ startsAt, expiresAt }) => startsAt <= at && at < expiresAt)
  for (const grant of live.sort((one, other) => one.expiresAt - other.expiresAt)) {
    const decision = decideAs({ ...principal, grants: [grant] })
    if (decision.effect === 'deny') continue
    const { id, role, expiresAt, startsWithUse } = grant
    const reason = `The access request ${id} grants the role ${role}.`
    return { ...decision, rule: `role:${role}`, reason, grant: { id, expiresAt, startsWithUse } }
  }
  return denial
}

/** The decision about an endpoint's `permissionForOthers`, which `authorize` leaves to the handlers. */
export function decideForOthers(
  policy: Policy,
  principal: Principal,
  permission: string,
  moment: Moment,
): EndpointDecision | EndpointDenial {
  return decideWithGrants(principal, moment, function decideAs(one) {
    const missing = denialEverywhere(policy, one, permission, moment)
    if (missing === null) return allowedDecision(policy, one, permission, moment)
    const call = { policy, principal, action: describePermission(permission) }
    return { effect: 'deny', policy: policy.hash, ...explainMissing(missing, call, permission), permission }
  })
}

/** The decision for a call that needs no role, such as a call of an endpoint with the scope `self` or `everyone`. */
export const ownDataDecision = {
  rule: 'own-data',
  source: 'gateway',
  reason: 'Every caller may access their own data.',
}

/** The decision that allows a call. The principal must have the permission. */
function allowedDecision(policy: Policy, principal: Principal, permission: string, moment: Moment): EndpointDecision {
  const allowed = { effect: 'allow', policy: policy.hash } as const
  const rolesWithPermission = policy.rolesWith(permission)
  const name = rolesEverywhere(policy, principal, moment).find((role) => rolesWithPermission.includes(role))
  if (name === undefined)
    return { ...allowed, rule: permission, source: 'bindings', reason: `${permission} is granted individually.` }
  const source = policy.roles.get(name)?.source ?? 'bindings'
  return { ...allowed, rule: `role:${name}`, source, reason: `The role ${name} grants ${permission}.` }
}

interface DeniedCall {
  readonly policy: Policy
  readonly principal: Principal
  /** A phrase that follows "can". */
  readonly action: string
}

function explainMissing(denial: Denial, { policy, principal, action }: DeniedCall, permission: string): Denial {
  if (denial.rule.startsWith('condition:')) return denial
  const rolesWithPermission = policy.rolesWith(permission)
  const roles = [...new Set(principal.bindings.map(({ role }) => role))]
  const who = rolesWithPermission.length === 0 ? 'Nobody' : `Only ${joinWithAnd(holdersOf(rolesWithPermission))}`
  const reason = `${who} can ${action}. ${describeRoles(principal, roles, rolesWithPermission)}`
  return { rule: 'no-permission', source: 'bindings', reason, remedy: 'Ask an administrator of the gateway.' }
}

/** A principal can have a sufficient role but only on some racks, or its owner can lack the role. */
function describeRoles(
  { kind, owner }: Principal,
  roles: readonly string[],
  rolesWithPermission: readonly string[],
): string {
  const role = roles.find((name) => rolesWithPermission.includes(name))
  if (roles.length === 0) return `${has[kind]} no role.`
  if (role === undefined) return `${has[kind]} the ${roles.length === 1 ? 'role' : 'roles'} ${namesInMessage(roles)}.`
  const ownerLacksRole = owner?.bindings.some((binding) => rolesWithPermission.includes(binding.role)) === false
  return `${has[kind]} the role ${role}, but ${ownerLacksRole ? 'its owner does not' : 'not on all racks and apps'}.`
}

const maxHolders = 20

/** At most the holders of the first 20 roles, so that a denial stays short. */
function holdersOf(roles: readonly string[]): string[] {
  const shown = roles.slice(0, maxHolders).map(describeHolders)
  const others = roles.length - shown.length
  return others === 0 ? shown : [...shown, `of ${others} other roles`]
}

function describeHolders(role: string): string {
  if (role === 'admin') return 'administrators'
  return role === 'auditor' ? 'auditors' : `holders of the role ${inMessage(role)}`
}

/** A phrase that follows "can", such as `list bindings`. */
function actionOf({ method, path, permission, action: named }: PrincipalEndpoint): string {
  if (named !== undefined) return named
  const [, resource = '', id, action] = path.split('/')
  if (resource === 'access-review') return 'review access'
  if (!namedResources.has(resource)) return describePermission(permission)
  const noun = resource.replaceAll('-', ' ')
  if (action !== undefined) return `${action} ${noun}`
  if (method === 'GET') return id === undefined ? `list ${noun}` : `see ${noun}`
  return method === 'POST' ? `create ${noun}` : `${deleteVerbs[resource] ?? 'delete'} ${noun}`
}

/** Resources whose paths describe the action in words. */
const namedResources: ReadonlySet<string> = new Set([
  'bindings',
  'groups',
  'invitations',
  'service-accounts',
  'sessions',
  'tokens',
  'trusts',
  'users',
])

const deleteVerbs: Readonly<Record<string, string>> = {
  invitations: 'revoke',
  sessions: 'end',
  tokens: 'revoke',
  trusts: 'revoke',
}

/** The descriptions of permissions are phrased to follow "can". */
function describePermission(permission: string): string {
  return permissionDescriptions[permission] ?? `use ${permission}`
}

const has = { user: 'You have', 'api-token': 'This token has', workload: 'This job has' } as const
const kindNames = { user: 'A session', 'api-token': 'An API token', workload: 'A job' } as const

/**
 * The permissions that the principal has on all racks and apps.
 * Omits `gateway:self:…`, because every caller can access their own data.
 */
export function gatewayPermissions(policy: Policy, principal: Principal, moment: Moment): string[] {
  return permissions
    .map(({ name }) => name)
    .filter((name) => /^gateway:(?!self:)/.test(name) && denialEverywhere(policy, principal, name, moment) === null)
}

function denialEverywhere(policy: Policy, principal: Principal, permission: string, moment: Moment): Denial | null {
  return policy.checkPermission(principal, permission, everywhere, moment)
}

export function rolesEverywhere(policy: Policy, principal: Principal, moment: Moment): readonly string[] {
  return policy.rolesAt(principal, everywhere, moment)
}

export function hasPermissionEverywhere(
  policy: Policy,
  principal: Principal,
  permission: string,
  moment: Moment,
): boolean {
  return policy.hasPermission(principal, permission, everywhere, moment)
}
