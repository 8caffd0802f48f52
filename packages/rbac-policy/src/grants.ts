import { compilePattern, type NameMatcher } from '@rack-gateway/command-matcher'
import type { CompiledRole } from './compiled-role.ts'
import type { Binding, Permission, Principal } from './types.ts'

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
  }
}

/** Those that hold there and then, for either side; nothing when the credential is bound to another rack. */
export function holdingsAt(holdings: Holdings, place: Place, at: number): Holdings {
  if (!boundFor(holdings, place.rack)) return { rack: holdings.rack, own: [], owner: holdings.owner && [] }
  function holds(grant: Grant): boolean {
    return isLive(grant, at) && grant.onRack(place.rack) && inScope(grant, place)
  }
  return { rack: holdings.rack, own: holdings.own.filter(holds), owner: holdings.owner?.filter(holds) ?? null }
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
    const role = roles.get(binding.role)
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

function isLive(grant: Grant, at: number): boolean {
  return grant.expiresAt === null || grant.expiresAt > at
}

function inScope(grant: Grant, { scope, app }: Place): boolean {
  if (scope === 'list') return true
  if (scope === 'rack') return grant.everyApp
  return app !== null && grant.onApp(app)
}
