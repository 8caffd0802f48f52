import type { AccessBinding } from '@rack-gateway/auth/store'
import { rackRoutes } from '@rack-gateway/convox-api'
import {
  type Binding,
  contains,
  type Moment,
  type Permission,
  type Policy,
  type PolicyScope,
  type Principal,
  permissions,
} from '@rack-gateway/rbac-policy'

/** What a binding allows now, and if it allows nothing, why. */
export interface GrantedAccess {
  readonly allows: readonly Permission[]
  /** A sentence; null if the binding allows something. */
  readonly inactive: string | null
}

/** Resources of apps, such as `release`. Environments and secrets are parts of releases. */
const appResources = new Set([
  'env',
  'secret',
  ...rackRoutes
    .filter(({ path }) => path.startsWith('/apps/{app}'))
    .map(({ permission }) => permission.slice(0, permission.indexOf(':'))),
])

/** The permissions that concern an app. */
export const appPermissions = permissions
  .map(({ name }) => name)
  .filter((name) => appResources.has(name.slice(0, name.indexOf(':'))))

const allPermissions = permissions.map(({ name }) => name)

/** The roles with at least one of the permissions. */
export function rolesWithAny(policy: Policy, wanted: readonly Permission[]): string[] {
  return [...new Set(wanted.flatMap((permission) => policy.rolesWith(permission)))]
}

/** What a binding allows on one app. The policy decides, as for a call of the subject, except that it ignores addresses. */
export function accessToApp(
  policy: Policy,
  binding: AccessBinding,
  { rack, app, now }: { readonly rack: string; readonly app: string; readonly now: number },
): GrantedAccess {
  const scope: PolicyScope = { rack, app, scope: 'app' }
  return grantedAccess(policy, binding, { permissions: appPermissions, scopes: () => [scope], now })
}

/** What a binding allows on at least one app of one of the racks, or of the gateway itself. */
export function accessAnywhere(
  policy: Policy,
  binding: AccessBinding,
  { racks, now }: { readonly racks: readonly string[]; readonly now: number },
): GrantedAccess {
  const ofRacks = racks
    .filter((rack) => contains(binding.racks, rack))
    .map((rack): PolicyScope => ({ rack, app: null, scope: 'list' }))
  const ofGateway: readonly PolicyScope[] = [{ rack: '*', app: null, scope: 'rack' }]
  const scopes = (permission: Permission) => (permission.startsWith('gateway:') ? ofGateway : ofRacks)
  return grantedAccess(policy, binding, { permissions: allPermissions, scopes, now })
}

interface AccessQuestion {
  readonly permissions: readonly Permission[]
  /** The permission must be granted in one of them. */
  readonly scopes: (permission: Permission) => readonly PolicyScope[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

function grantedAccess(
  policy: Policy,
  binding: AccessBinding,
  { permissions: asked, scopes, now }: AccessQuestion,
): GrantedAccess {
  if (binding.suspended) return { allows: [], inactive: suspendedReasons[binding.subjectKind] ?? suspended }
  // Every condition on the address counts as met.
  const moment: Moment = { at: now, address: null }
  const principal = principalFor(binding)
  const candidates = asked.filter((permission) => grants(policy, binding, permission))
  const allows = candidates.filter((permission) =>
    scopes(permission).some((scope) => policy.hasPermission(principal, permission, scope, moment)),
  )
  if (allows.length > 0) return { allows, inactive: null }
  return { allows, inactive: inactiveReason(policy, principal, { role: binding.role, candidates, scopes, moment }) }
}

const suspended = 'The user is locked.'
const suspendedReasons: Readonly<Record<string, string>> = {
  'service-account': 'The service account is disabled.',
  'api-token': 'The owner is locked or disabled.',
}

/** Whether the role or the individual permissions contain a permission, whatever the scope. Cheaper than a decision. */
function grants(policy: Policy, { role, permissions: only }: AccessBinding, permission: Permission): boolean {
  return only !== null || policy.rolesWith(permission).includes(role)
}

function inactiveReason(
  policy: Policy,
  principal: Principal,
  {
    role,
    candidates,
    scopes,
    moment,
  }: {
    readonly role: string
    readonly candidates: readonly Permission[]
    readonly scopes: AccessQuestion['scopes']
    readonly moment: Moment
  },
): string {
  if (candidates.length === 0)
    return policy.roles.has(role) ? 'The role has none of these permissions.' : 'The policy has no such role any more.'
  const ownerless = { ...principal, kind: 'user', owner: null } as const
  for (const permission of candidates)
    for (const scope of scopes(permission)) {
      const denial = policy.checkPermission(principal, permission, scope, moment)
      if (denial?.rule.startsWith('condition:')) return denial.reason
      if (principal.owner !== null && policy.hasPermission(ownerless, permission, scope, moment))
        return 'The owner does not have these permissions here, so the token does not have them either.'
    }
  return 'The binding grants none of these permissions here.'
}

const kinds: Readonly<Record<AccessBinding['subjectKind'], Principal['kind']>> = {
  user: 'user',
  group: 'user',
  // A service account calls with its API tokens.
  'service-account': 'api-token',
  'api-token': 'api-token',
  trust: 'workload',
}

/** A principal that has only this binding. */
function principalFor(reviewed: AccessBinding): Principal {
  const { subjectKind, subjectId: id, subjectName: name, ownerBindings, tokenRack: rack } = reviewed
  const bindings = [toBinding(reviewed)]
  const kind = kinds[subjectKind]
  const owner = { kind: 'service-account', id, name, bindings: ownerBindings ?? bindings } as const
  return {
    kind,
    id,
    name,
    credential: id,
    rack,
    groups: [],
    bindings,
    owner: kind === 'api-token' ? owner : null,
    expiresAt: Number.POSITIVE_INFINITY,
  }
}

function toBinding({ binding: id, role, racks, apps, expiresAt, permissions: only }: AccessBinding): Binding {
  const terms = { id, role, racks, apps, expiresAt: expiresAt?.getTime() ?? null }
  return only === null ? terms : { ...terms, permissions: only }
}
