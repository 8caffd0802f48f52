import {
  compilePattern,
  createNameIndex,
  type NameIndex,
  type NameMatcher,
  namesInMessage,
} from '@rack-gateway/command-matcher'
import type { Explanation } from '@rack-gateway/errors'
import { firstFailure, type MomentCheck, type ScopeCheck, wrongCaller } from '../conditions/condition.ts'
import type { Binding, Moment, Permission, PolicyScope, Principal, PrincipalKind } from '../model/types.ts'
import { type CompiledRole, compileRole } from './compiled-role.ts'

/** The role name for grants of individual permissions. No role of a document can have this name. */
export const individualPermissionsRole = '(permissions)'

/** A binding to a role on all racks and apps. */
export function unlimitedBinding(role: string): Binding {
  return { id: role, role, racks: '*', apps: '*', expiresAt: null }
}

/** A binding, compiled. */
export interface Grant {
  /** The index of the binding among the bindings of the caller, or among the bindings of the owner. */
  readonly position: number
  readonly id: string
  readonly racks: string
  readonly apps: string
  readonly expiresAt: number | null
  readonly role: CompiledRole
  /** Whether the conditions of its role allow a rack. */
  readonly allowsRack: NameMatcher
  /** Whether the conditions of its role allow an app. */
  readonly allowsApp: NameMatcher
  /** Whether the grant applies to all apps, including future apps. Routes of the whole rack require this. */
  readonly everyApp: boolean
  /**
   * A check of the conditions on time, address, and caller, which returns why the grant does not apply. Null if the grant
   * has no such conditions, and for all grants of an owner.
   */
  readonly checkConditions: MomentCheck | null
  readonly scopeChecks: readonly ScopeCheck[]
}

/** For a token, `owner` has the grants of the token's owner, which limit the token. */
export interface CompiledBindings {
  readonly rack: string | null
  readonly own: GrantSet
  readonly owner: GrantSet | null
  /** Caches sets of grants by their positions. */
  readonly cache: Map<string | number, ScopeGrants>
  /** Caches large sets by their own grants. An index often returns the same list, such as the grants for every app. */
  readonly largeSets: WeakMap<
    readonly Grant[],
    { readonly owner: readonly Grant[] | null; readonly value: ScopeGrants }
  >
}

interface GrantSet {
  readonly all: readonly Grant[]
  /** Grants whose role has a condition on racks or apps. */
  readonly narrowed: readonly Grant[]
  on(rack: string): RackGrants
}

interface RackGrants {
  readonly all: readonly Grant[]
  readonly everyApp: readonly Grant[]
  readonly byApp: NameIndex<Grant>
}

/** The grants that apply in one scope. `bindings` and the names of roles are frozen, because a cache shares them. */
export interface ScopeGrants {
  readonly own: RoleSet
  /** The roles of the owner's grants, for a token. */
  readonly owner: RoleSet | null
  /** IDs of all bindings that the decision is based on. */
  readonly bindings: readonly string[]
  /** Own grants whose condition on time, address, or caller is not met. */
  readonly failedConditions: readonly FailedCondition[]
  /** Whether any own grant has a condition on time, address, or caller. */
  readonly hasConditions: boolean
  readonly grants: { readonly own: readonly Grant[]; readonly owner: readonly Grant[] | null }
}

export interface FailedCondition extends Explanation {
  readonly grant: Grant
}

export interface RoleSet {
  /** Names of the roles, each once. */
  readonly roles: readonly string[]
  /** The names as a part of a sentence, such as ` the roles viewer and ops on `. */
  readonly rolesOnText: string
  /** Names of the roles and of the roles that they extend. Command rules for any of these names apply. */
  readonly commandRoles: readonly string[]
  /** The first role that has a permission; null if no role has it. */
  readonly roleWith: (permission: Permission) => CompiledRole | null
}

/** A binding to an unknown role grants nothing. A token without an owner has no permissions. */
export function compilePrincipalBindings(
  principal: Principal,
  roles: ReadonlyMap<string, CompiledRole>,
): CompiledBindings {
  const owner = principal.owner ?? (principal.kind === 'api-token' ? { bindings: [] } : null)
  return {
    rack: principal.rack,
    own: compileGrantSet(compileBindings(principal.bindings, roles, principal.kind)),
    owner: owner && compileGrantSet(compileBindings(owner.bindings, roles, null)),
    cache: new Map(),
    largeSets: new WeakMap(),
  }
}

/** Bounds the cache, because callers can name apps that do not exist. */
const maxSets = 1_000
/** Larger sets are cached by their list instead of the positions of their grants. */
const maxSetSize = 32

/** No grant applies if the credential is bound to another rack. */
export function grantsInScope(bindings: CompiledBindings, scope: PolicyScope, moment: Moment): ScopeGrants {
  const isForRack = acceptsRack(bindings, scope.rack)
  const own = isForRack ? grantsAt(bindings.own, scope, moment.at) : noGrants
  const owner = bindings.owner && (isForRack ? grantsAt(bindings.owner, scope, moment.at) : noGrants)
  return applyConditions(cachedScopeGrants(bindings, own, owner), moment)
}

const noGrants: readonly Grant[] = Object.freeze([])

function cachedScopeGrants(
  bindings: CompiledBindings,
  own: readonly Grant[],
  owner: readonly Grant[] | null,
): ScopeGrants {
  const { cache } = bindings
  if (own.length + (owner?.length ?? 0) > maxSetSize) return largeScopeGrants(bindings, own, owner)
  const key = owner === null ? cacheKey(own) : `${cacheKey(own)}/${cacheKey(owner)}`
  const found = cache.get(key)
  if (found !== undefined) return found
  const created = scopeGrants(own, owner, [])
  if (cache.size >= maxSets + bindings.own.all.length) cache.clear()
  cache.set(key, created)
  return created
}

function largeScopeGrants(
  { largeSets }: CompiledBindings,
  own: readonly Grant[],
  owner: readonly Grant[] | null,
): ScopeGrants {
  const found = largeSets.get(own)
  if (found !== undefined && found.owner === owner) return found.value
  const value = scopeGrants(own, owner, [])
  largeSets.set(own, { owner, value })
  return value
}

function cacheKey(grants: readonly Grant[]): string | number {
  const [only] = grants
  return only !== undefined && grants.length === 1 ? only.position : grants.map(({ position }) => position).join(',')
}

/** Conditions on time, address, and caller do not apply to the owner of a token. */
function applyConditions(cached: ScopeGrants, moment: Moment): ScopeGrants {
  if (!cached.hasConditions) return cached
  const failed: FailedCondition[] = []
  const own = cached.grants.own.filter((grant) => {
    const failure = grant.checkConditions?.(moment) ?? null
    if (failure !== null) failed.push({ grant, ...failure })
    return failure === null
  })
  return failed.length === 0 ? cached : scopeGrants(own, cached.grants.owner, failed)
}

/** The caller's own grants whose conditions on racks or apps exclude a scope, for explanations of denials. */
export function failedScopeConditions(
  { own }: CompiledBindings,
  scope: PolicyScope,
  { at }: Moment,
): FailedCondition[] {
  return own.narrowed.flatMap((grant) => {
    if (!isLive(grant, at) || !isBoundTo(grant, scope)) return []
    for (const check of grant.scopeChecks) {
      const failure = check(scope)
      if (failure !== null) return [{ grant, ...failure }]
    }
    return []
  })
}

function isBoundTo({ racks, apps }: Grant, { rack, app, scope }: PolicyScope): boolean {
  if (!compilePattern(racks)(rack)) return false
  if (scope === 'list') return true
  return scope === 'rack' ? apps === '*' : app !== null && compilePattern(apps)(app)
}

function scopeGrants(
  own: readonly Grant[],
  owner: readonly Grant[] | null,
  failed: readonly FailedCondition[],
): ScopeGrants {
  const all = owner === null ? own : [...own, ...owner]
  return {
    own: roleSetOf(own),
    owner: owner && roleSetOf(owner),
    bindings: Object.freeze(all.map((grant) => grant.id)),
    failedConditions: failed,
    hasConditions: own.some(({ checkConditions }) => checkConditions !== null),
    grants: { own, owner },
  }
}

function roleSetOf(grants: readonly Grant[]): RoleSet {
  return createRoleSet([...new Set(grants.map(({ role }) => role))])
}

function createRoleSet(distinct: readonly CompiledRole[]): RoleSet {
  const roles = Object.freeze([...new Set(distinct.map(({ name }) => name))])
  return {
    roles,
    rolesOnText: ` the ${roles.length === 1 ? 'role' : 'roles'} ${namesInMessage(roles)} on `,
    commandRoles: [...new Set(distinct.flatMap(({ names }) => names))],
    roleWith(permission) {
      for (const role of distinct) if (role.has(permission)) return role
      return null
    },
  }
}

/** Whether the credential is valid for a rack. */
export function acceptsRack(bindings: CompiledBindings, rack: string): boolean {
  return bindings.rack === null || bindings.rack === rack
}

export function isLive(grant: Grant, at: number): boolean {
  return grant.expiresAt === null || grant.expiresAt > at
}

function grantsAt({ on }: GrantSet, { rack, app, scope }: PolicyScope, at: number): readonly Grant[] {
  const { all, everyApp, byApp } = on(rack)
  if (scope === 'list') return filtered(all, (grant) => isLive(grant, at))
  if (scope === 'rack') return filtered(everyApp, (grant) => isLive(grant, at))
  return app === null ? noGrants : filtered(byApp.find(app), (grant) => isLive(grant, at) && grant.allowsApp(app))
}

/**
 * Returns the list itself if all grants apply, which is usual. This avoids a copy in a function that runs for each row of
 * a response.
 */
function filtered(grants: readonly Grant[], applies: (grant: Grant) => boolean): readonly Grant[] {
  return grants.every(applies) ? grants : grants.filter(applies)
}

/** Bounds the cache, because callers can name racks that do not exist. */
const maxRacks = 1_000

function compileGrantSet(all: readonly Grant[]): GrantSet {
  const byRack = createNameIndex(all.map((grant) => ({ patterns: [grant.racks], value: grant })))
  const cache = new Map<string, RackGrants>()

  function on(rack: string): RackGrants {
    const found = cache.get(rack)
    if (found !== undefined) return found
    const onThisRack = byRack.find(rack).filter((grant) => grant.allowsRack(rack))
    const created = {
      all: onThisRack,
      everyApp: onThisRack.filter(({ everyApp }) => everyApp),
      byApp: createNameIndex(onThisRack.map((grant) => ({ patterns: [grant.apps], value: grant }))),
    }
    if (cache.size >= maxRacks) cache.clear()
    cache.set(rack, created)
    return created
  }

  return { all, narrowed: all.filter(({ scopeChecks }) => scopeChecks.length > 0), on }
}

/** @param caller null for the owner of a token, to whom conditions on time, address, or caller do not apply */
function compileBindings(
  bindings: readonly Binding[],
  roles: ReadonlyMap<string, CompiledRole>,
  caller: PrincipalKind | null,
): Grant[] {
  return bindings.flatMap((binding, position): Grant[] => {
    const role = roleOf(binding, roles)
    if (!role) return []
    const { id, racks, apps, expiresAt } = binding
    const grant = {
      position,
      id,
      racks,
      apps,
      expiresAt,
      role,
      allowsRack: (name: string) => role.when.every((condition) => condition.matchesRack(name)),
      allowsApp: (name: string) => role.when.every((condition) => condition.matchesApp(name)),
      everyApp: apps === '*' && role.when.every((condition) => condition.everyApp),
      checkConditions: caller === null ? null : conditionsOf(role, caller),
      scopeChecks: role.when.flatMap(({ checkScope }) => checkScope ?? []),
    }
    return [grant]
  })
}

function roleOf({ role, permissions }: Binding, roles: ReadonlyMap<string, CompiledRole>): CompiledRole | undefined {
  if (permissions === undefined) return roles.get(role)
  return compileRole({ name: individualPermissionsRole, description: '', permissions })
}

function conditionsOf(role: CompiledRole, caller: PrincipalKind): Grant['checkConditions'] {
  const violated = role.when.find((condition) => !condition.isFor(caller))
  if (violated !== undefined) {
    const failure = wrongCaller(violated.callers)
    return () => failure
  }
  return firstFailure(role.when.flatMap(({ checkMoment }) => checkMoment ?? []))
}
