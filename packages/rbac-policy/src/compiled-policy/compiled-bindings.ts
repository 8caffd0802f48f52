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

/** The role name for bindings of individual permissions. No role of a document can have this name. */
export const individualPermissionsRole = '(permissions)'

/** A binding to a role on all racks and apps. */
export function unlimitedBinding(role: string): Binding {
  return { id: role, role, racks: '*', apps: '*', expiresAt: null }
}

/** A binding, compiled. */
export interface CompiledBinding {
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
  /** Whether the binding applies to all apps, including future apps. Routes of the whole rack require this. */
  readonly everyApp: boolean
  /**
   * A check of the conditions on time, address, and caller, which returns why the binding does not apply. Null if the binding
   * has no such conditions, and for all bindings of an owner.
   */
  readonly checkConditions: MomentCheck | null
  readonly scopeChecks: readonly ScopeCheck[]
}

/** For a token, `owner` has the bindings of the token's owner, which limit the token. */
export interface PrincipalBindings {
  readonly rack: string | null
  readonly own: BindingSet
  readonly owner: BindingSet | null
  /** Caches sets of bindings by their positions. */
  readonly cache: Map<string | number, ScopeBindings>
  /** Caches large sets by their own bindings. An index often returns the same list, such as the bindings for every app. */
  readonly largeSets: WeakMap<
    readonly CompiledBinding[],
    { readonly owner: readonly CompiledBinding[] | null; readonly value: ScopeBindings }
  >
}

interface BindingSet {
  readonly all: readonly CompiledBinding[]
  /** Bindings whose role has a condition on racks or apps. */
  readonly narrowed: readonly CompiledBinding[]
  on(rack: string): RackBindings
}

interface RackBindings {
  readonly all: readonly CompiledBinding[]
  readonly everyApp: readonly CompiledBinding[]
  readonly byApp: NameIndex<CompiledBinding>
}

/** The bindings that apply in one scope. `bindings` and the names of roles are frozen, because a cache shares them. */
export interface ScopeBindings {
  readonly own: RoleSet
  /** The roles of the owner's bindings, for a token. */
  readonly owner: RoleSet | null
  /** IDs of all bindings that the decision is based on. */
  readonly bindings: readonly string[]
  /** Own bindings whose condition on time, address, or caller is not met. */
  readonly failedConditions: readonly FailedCondition[]
  /** Whether any own binding has a condition on time, address, or caller. */
  readonly hasConditions: boolean
  readonly compiled: { readonly own: readonly CompiledBinding[]; readonly owner: readonly CompiledBinding[] | null }
}

export interface FailedCondition extends Explanation {
  readonly binding: CompiledBinding
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
): PrincipalBindings {
  const owner = principal.owner ?? (principal.kind === 'api-token' ? { bindings: [] } : null)
  return {
    rack: principal.rack,
    own: compileBindingSet(compileBindings(principal.bindings, roles, principal.kind)),
    owner: owner && compileBindingSet(compileBindings(owner.bindings, roles, null)),
    cache: new Map(),
    largeSets: new WeakMap(),
  }
}

/** The bindings of a user and further bindings to one role, which can differ from the role of this name in `roles`. */
export function compileBindingsWithRole(
  principal: Principal,
  roles: ReadonlyMap<string, CompiledRole>,
  { role, bindings }: { readonly role: CompiledRole; readonly bindings: readonly Binding[] },
): PrincipalBindings {
  const own = compileBindings(principal.bindings, roles, principal.kind)
  const further = compileBindings(bindings, new Map([[role.name, role]]), principal.kind)
  const renumbered = further.map((binding, index) => ({ ...binding, position: principal.bindings.length + index }))
  return {
    rack: principal.rack,
    own: compileBindingSet([...own, ...renumbered]),
    owner: null,
    cache: new Map(),
    largeSets: new WeakMap(),
  }
}

/** Bounds the cache, because callers can name apps that do not exist. */
const maxSets = 1_000
/** Larger sets are cached by their list instead of the positions of their bindings. */
const maxSetSize = 32

/** No binding applies if the credential is bound to another rack. */
export function bindingsInScope(bindings: PrincipalBindings, scope: PolicyScope, moment: Moment): ScopeBindings {
  const isForRack = acceptsRack(bindings, scope.rack)
  const own = isForRack ? bindingsAt(bindings.own, scope, moment.at) : noBindings
  const owner = bindings.owner && (isForRack ? bindingsAt(bindings.owner, scope, moment.at) : noBindings)
  return applyConditions(cachedScopeBindings(bindings, own, owner), moment)
}

const noBindings: readonly CompiledBinding[] = Object.freeze([])

function cachedScopeBindings(
  bindings: PrincipalBindings,
  own: readonly CompiledBinding[],
  owner: readonly CompiledBinding[] | null,
): ScopeBindings {
  const { cache } = bindings
  if (own.length + (owner?.length ?? 0) > maxSetSize) return largeScopeBindings(bindings, own, owner)
  const key = owner === null ? cacheKey(own) : `${cacheKey(own)}/${cacheKey(owner)}`
  const found = cache.get(key)
  if (found !== undefined) return found
  const created = scopeBindings(own, owner, [])
  if (cache.size >= maxSets + bindings.own.all.length) cache.clear()
  cache.set(key, created)
  return created
}

function largeScopeBindings(
  { largeSets }: PrincipalBindings,
  own: readonly CompiledBinding[],
  owner: readonly CompiledBinding[] | null,
): ScopeBindings {
  const found = largeSets.get(own)
  if (found !== undefined && found.owner === owner) return found.value
  const value = scopeBindings(own, owner, [])
  largeSets.set(own, { owner, value })
  return value
}

function cacheKey(bindings: readonly CompiledBinding[]): string | number {
  const [only] = bindings
  return only !== undefined && bindings.length === 1
    ? only.position
    : bindings.map(({ position }) => position).join(',')
}

/** Conditions on time, address, and caller do not apply to the owner of a token. */
function applyConditions(cached: ScopeBindings, moment: Moment): ScopeBindings {
  if (!cached.hasConditions) return cached
  const failed: FailedCondition[] = []
  const own = cached.compiled.own.filter((binding) => {
    const failure = binding.checkConditions?.(moment) ?? null
    if (failure !== null) failed.push({ binding, ...failure })
    return failure === null
  })
  return failed.length === 0 ? cached : scopeBindings(own, cached.compiled.owner, failed)
}

/** The bindings of the caller, or of a token's owner, whose conditions on racks or apps exclude a scope. */
export function failedScopeConditions(
  { narrowed }: PrincipalBindings['own'],
  scope: PolicyScope,
  { at }: Moment,
): FailedCondition[] {
  return narrowed.flatMap((binding) => {
    if (!isLive(binding, at) || !isBoundTo(binding, scope)) return []
    for (const check of binding.scopeChecks) {
      const failure = check(scope)
      if (failure !== null) return [{ binding, ...failure }]
    }
    return []
  })
}

function isBoundTo({ racks, apps }: CompiledBinding, { rack, app, scope }: PolicyScope): boolean {
  if (!compilePattern(racks)(rack)) return false
  if (scope === 'list') return true
  return scope === 'rack' ? apps === '*' : app !== null && compilePattern(apps)(app)
}

function scopeBindings(
  own: readonly CompiledBinding[],
  owner: readonly CompiledBinding[] | null,
  failed: readonly FailedCondition[],
): ScopeBindings {
  const all = owner === null ? own : [...own, ...owner]
  return {
    own: roleSetOf(own),
    owner: owner && roleSetOf(owner),
    bindings: Object.freeze(all.map((binding) => binding.id)),
    failedConditions: failed,
    hasConditions: own.some(({ checkConditions }) => checkConditions !== null),
    compiled: { own, owner },
  }
}

function roleSetOf(bindings: readonly CompiledBinding[]): RoleSet {
  return createRoleSet([...new Set(bindings.map(({ role }) => role))])
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
export function acceptsRack(bindings: PrincipalBindings, rack: string): boolean {
  return bindings.rack === null || bindings.rack === rack
}

export function isLive(binding: CompiledBinding, at: number): boolean {
  return binding.expiresAt === null || binding.expiresAt > at
}

function bindingsAt({ on }: BindingSet, { rack, app, scope }: PolicyScope, at: number): readonly CompiledBinding[] {
  const { all, everyApp, byApp } = on(rack)
  if (scope === 'list') return filtered(all, (binding) => isLive(binding, at))
  if (scope === 'rack') return filtered(everyApp, (binding) => isLive(binding, at))
  return app === null
    ? noBindings
    : filtered(byApp.find(app), (binding) => isLive(binding, at) && binding.allowsApp(app))
}

/**
 * Returns the list itself if all bindings apply, which is usual. This avoids a copy in a function that runs for each row of
 * a response.
 */
function filtered(
  bindings: readonly CompiledBinding[],
  applies: (binding: CompiledBinding) => boolean,
): readonly CompiledBinding[] {
  return bindings.every(applies) ? bindings : bindings.filter(applies)
}

/** Bounds the cache, because callers can name racks that do not exist. */
const maxRacks = 1_000

function compileBindingSet(all: readonly CompiledBinding[]): BindingSet {
  const byRack = createNameIndex(all.map((binding) => ({ patterns: [binding.racks], value: binding })))
  const cache = new Map<string, RackBindings>()

  function on(rack: string): RackBindings {
    const found = cache.get(rack)
    if (found !== undefined) return found
    const onThisRack = byRack.find(rack).filter((binding) => binding.allowsRack(rack))
    const created = {
      all: onThisRack,
      everyApp: onThisRack.filter(({ everyApp }) => everyApp),
      byApp: createNameIndex(onThisRack.map((binding) => ({ patterns: [binding.apps], value: binding }))),
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
): CompiledBinding[] {
  return bindings.flatMap((binding, position): CompiledBinding[] => {
    const role = roleOf(binding, roles)
    if (!role) return []
    const { id, racks, apps, expiresAt } = binding
    const compiled: CompiledBinding = {
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
    return [compiled]
  })
}

function roleOf({ role, permissions }: Binding, roles: ReadonlyMap<string, CompiledRole>): CompiledRole | undefined {
  if (permissions === undefined) return roles.get(role)
  return compileRole({ name: individualPermissionsRole, description: '', permissions })
}

function conditionsOf(role: CompiledRole, caller: PrincipalKind): CompiledBinding['checkConditions'] {
  const violated = role.when.find((condition) => !condition.isFor(caller))
  if (violated !== undefined) {
    const failure = wrongCaller(violated.callers)
    return () => failure
  }
  return firstFailure(role.when.flatMap(({ checkMoment }) => checkMoment ?? []))
}
