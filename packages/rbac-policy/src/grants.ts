import { compilePattern, type NameMatcher } from '@rack-gateway/command-matcher'
import { type CompiledRole, compileRole } from './compiled-role.ts'
import type { Binding, Permission, Principal } from './types.ts'

/** What stands for a role where permissions were given one by one: no role of a document can have this name, so no command rule names it. */
export const onePermissionEach = '(permissions)'

/** A binding, ready to be asked. */
export interface Grant {
  readonly id: string
  readonly role: CompiledRole
  readonly expiresAt: number | null
  readonly onRack: NameMatcher
  readonly onApp: NameMatcher
  /** Whether it is for all apps, those to come included: what a route of the whole rack needs. */
  readonly everyApp: boolean
}

/** All that a principal holds. `owner` is what the owner of a token holds: the token is cut to it. */
export interface Holdings {
  readonly rack: string | null
  readonly own: readonly Grant[]
  readonly owner: readonly Grant[] | null
  /** What was found for places that were asked about: the same few come back with each call. */
  readonly known: Map<string, HeldHere>
}

/** What holds at one place. Its lists are frozen and stay the same objects for as long as the same grants hold. */
export interface HeldHere {
  readonly own: readonly Grant[]
  readonly owner: readonly Grant[] | null
  /** Names of own roles, each once, and ids of all bindings: what a decision was made from. */
  readonly basis: Basis
  /** When the first of them ends, in milliseconds since the epoch. */
  readonly until: number
}

export interface Basis {
  readonly roles: readonly string[]
  readonly bindings: readonly string[]
}

/** Where a permission is asked for. */
export interface Place {
  readonly rack: string
  readonly app: string | null
  readonly scope: 'app' | 'rack' | 'list'
}

/** Compiles a principal's bindings. A binding to a role that the policy doesn't know grants nothing; a token without an owner holds nothing. */
export function compileHoldings(principal: Principal, roles: ReadonlyMap<string, CompiledRole>): Holdings {
  const owned = principal.owner ?? (principal.kind === 'api-token' ? { bindings: [] } : null)
  return {
    rack: principal.rack,
    own: compileBindings(principal.bindings, roles),
    owner: owned && compileBindings(owned.bindings, roles),
    known: new Map(),
  }
}

/** Names of apps are the caller's to invent: more places than these are not remembered. */
const mostPlaces = 1_000
/** Nor are longer names: no app has one. */
const longestApp = 100

/**
 * Those that hold there and then, for either side; nothing when the credential is bound to another rack.
 * One that was seen to have ended stays so, even if the clock is set back.
 */
export function holdingsAt(holdings: Holdings, place: Place, at: number): HeldHere {
  const { scope, rack, app } = place
  if (app !== null && app.length > longestApp) return findHoldings(holdings, place, at)
  const onRack = `${scope} ${rack.length} ${rack}`
  const key = app === null ? onRack : `${onRack} ${app}`
  const found = holdings.known.get(key)
  if (found !== undefined && at < found.until) return found
  const made = findHoldings(holdings, place, at)
  if (holdings.known.size >= mostPlaces) holdings.known.clear()
  holdings.known.set(key, made)
  return made
}

function findHoldings(holdings: Holdings, place: Place, at: number): HeldHere {
  function holds(grant: Grant): boolean {
    return isLive(grant, at) && grant.onRack(place.rack) && inScope(grant, place)
  }
  const bound = boundFor(holdings, place.rack)
  const own = bound ? holdings.own.filter(holds) : []
  const owner = holdings.owner && (bound ? holdings.owner.filter(holds) : [])
  const all = [...own, ...(owner ?? [])]
  const basis = { roles: Object.freeze(roleNames(own)), bindings: Object.freeze(all.map((grant) => grant.id)) }
  return { own, owner, basis, until: Math.min(...all.map((grant) => grant.expiresAt ?? Number.POSITIVE_INFINITY)) }
}

/** Whether the credential may be used on a rack at all. */
export function boundFor(holdings: Holdings, rack: string): boolean {
  return holdings.rack === null || holdings.rack === rack
}

/** Whether one of the grants has a permission. */
export function anyHas(grants: readonly Grant[], permission: Permission): boolean {
  return grants.some((grant) => grant.role.has(permission))
}

/** The names of the grants' roles, each once. */
export function roleNames(grants: readonly Grant[]): string[] {
  return [...new Set(grants.map((grant) => grant.role.name))]
}

function compileBindings(bindings: readonly Binding[], roles: ReadonlyMap<string, CompiledRole>): Grant[] {
  return bindings.flatMap((binding) => {
    const role = roleOf(binding, roles)
    if (!role) return []
    return {
      id: binding.id,
      role,
      expiresAt: binding.expiresAt,
      onRack: compilePattern(binding.racks),
      onApp: compilePattern(binding.apps),
      everyApp: binding.apps === '*',
    }
  })
}

function roleOf({ role, permissions }: Binding, roles: ReadonlyMap<string, CompiledRole>): CompiledRole | undefined {
  if (permissions === undefined) return roles.get(role)
  return compileRole({ name: onePermissionEach, description: '', permissions })
}

export function isLive(grant: Grant, at: number): boolean {
  return grant.expiresAt === null || grant.expiresAt > at
}

function inScope(grant: Grant, { scope, app }: Place): boolean {
  if (scope === 'list') return true
  if (scope === 'rack') return grant.everyApp
  return app !== null && grant.onApp(app)
}
