import {
  compilePattern,
  createNameIndex,
  type Found,
  foundOf,
  listed,
  listOf,
  type NameIndex,
  type NameMatcher,
  type Obstacle,
  shown,
} from '@rack-gateway/command-matcher'
import { type CompiledRole, compileRole } from './compiled-role.ts'
import { firstObstacle, type PassingCheck } from './condition.ts'
import { callerObstacle } from './reasons.ts'
import type { Binding, Moment, Permission, Place, Principal, PrincipalKind } from './types.ts'

/** What stands for a role where permissions were given one by one: no role of a document can have this name, so no command rule names it. */
export const onePermissionEach = '(permissions)'

/** A binding, ready to be asked. */
export interface Grant {
  /** What it makes alone, as an own grant; made when it is first asked for. */
  alone: HeldHere | null
  /** Tells it from the others of the same side. */
  readonly place: number
  readonly id: string
  readonly expiresAt: number | null
  readonly role: CompiledRole
  readonly onRack: NameMatcher
  readonly onApp: NameMatcher
  /** Whether it is for all apps, those to come included: what a route of the whole rack needs. */
  readonly everyApp: boolean
  /** What stands against it at a moment; null where nothing ever does. */
  readonly passing: PassingCheck | null
}

/** All that a principal holds. `owner` is what the owner of a token holds: the token is cut to it. */
export interface Holdings {
  readonly rack: string | null
  readonly own: Side
  readonly owner: Side | null
  /** What the same grants make together: few sets of them ever hold at once, whatever the names that are asked about. */
  readonly known: KnownSets
}

/** Grants of the caller, or of a token's owner. */
interface Side {
  readonly all: readonly Grant[]
  /** When each ends, by its place, or infinity: what every call asks lies close together. */
  readonly ends: Float64Array
  on(rack: string): OnRack
}

type FoundGrants = Found<Grant> | null

/** Those on one rack. */
interface OnRack {
  readonly all: FoundGrants
  readonly everyApp: FoundGrants
  readonly byApp: NameIndex<Grant>
}

/** What holds at one place. Its lists are frozen and stay the same objects for as long as the same grants hold. */
export interface HeldHere {
  /** What the caller's own grants come to. */
  readonly own: Held
  /** What those of a token's owner come to. */
  readonly owner: Held | null
  /** Ids of all bindings that a decision is made from. */
  readonly bindings: readonly string[]
  /** Own grants that would hold here, but not now or from there. */
  readonly barred: readonly Barred[]
  /** Whether any own grant depends on when and from where. */
  readonly isPassing: boolean
  readonly grants: { readonly own: readonly Grant[]; readonly owner: readonly Grant[] | null }
}

export interface Barred extends Obstacle {
  readonly grant: Grant
}

/** What the roles of some grants come to, whoever holds them: the same object wherever it is one role alone. */
export interface Held {
  /** Names of the roles, each once; none where nothing is held. */
  readonly roles: readonly string[]
  /** The same, as they stand in a sentence, such as ` viewer and ops on `. */
  readonly hereWords: string
  /** With those of the roles that they extend: what command rules go by. */
  readonly commandRoles: readonly string[]
  /** The role of the first grant that gives a permission. */
  readonly giving: (permission: Permission) => CompiledRole | null
}

/** Compiles a principal's bindings. A binding to a role that the policy doesn't know grants nothing; a token without an owner holds nothing. */
export function compileHoldings(principal: Principal, roles: ReadonlyMap<string, CompiledRole>): Holdings {
  const owned = principal.owner ?? (principal.kind === 'api-token' ? { bindings: [] } : null)
  return {
    rack: principal.rack,
    own: compileSide(compileBindings(principal.bindings, roles, principal.kind)),
    owner: owned && compileSide(compileBindings(owned.bindings, roles, null)),
    known: { sets: newSet(), size: 0 },
  }
}

/** Sets of grants, found grant by grant: no key is put together. */
interface KnownSets {
  sets: GrantSet
  size: number
}

/** What a set of grants makes, and where one grant more leads. */
interface GrantSet {
  here: HeldHere | null
  next: Map<number, GrantSet> | null
}

function newSet(): GrantSet {
  return { here: null, next: null }
}

/** More sets than these, and those of one grant each, are not remembered, nor are larger ones. */
const mostSets = 1_000
const largestSet = 32

/** Those that hold there and then, for either side; nothing when the credential is bound to another rack. */
export function holdingsAt(holdings: Holdings, place: Place, moment: Moment): HeldHere {
  const bound = boundFor(holdings, place.rack)
  const own = bound ? grantsAt(holdings.own, place, moment.at) : null
  if (own !== null && own.several === null && holdings.owner === null) return passing(heldBy(own.first), moment)
  const owner = holdings.owner && (bound ? listOf(grantsAt(holdings.owner, place, moment.at)) : none)
  return passing(heldTogether(holdings, listOf(own), owner), moment)
}

const none: readonly Grant[] = Object.freeze([])

function heldBy(grant: Grant): HeldHere {
  grant.alone ??= heldHere([grant], null, [])
  return grant.alone
}

function heldTogether(holdings: Holdings, own: readonly Grant[], owner: readonly Grant[] | null): HeldHere {
  if (own.length + (owner?.length ?? 0) > largestSet) return heldHere(own, owner, [])
  const { known } = holdings
  let set = known.sets
  for (const { place } of own) set = withGrant(known, set, place)
  if (owner !== null) {
    set = withGrant(known, set, fromHereOwner)
    for (const { place } of owner) set = withGrant(known, set, place)
  }
  if (set.here !== null) return set.here
  const made = heldHere(own, owner, [])
  set.here = made
  if (known.size > mostSets + 4 * (holdings.own.all.length + (holdings.owner?.all.length ?? 0))) forget(known)
  return made
}

/** Stands between the places of own grants and those of the owner. */
const fromHereOwner = -1

function withGrant(known: KnownSets, set: GrantSet, place: number): GrantSet {
  const next = set.next ?? new Map<number, GrantSet>()
  set.next = next
  const found = next.get(place)
  if (found !== undefined) return found
  const made = newSet()
  next.set(place, made)
  known.size += 1
  return made
}

function forget(known: KnownSets): void {
  known.sets = newSet()
  known.size = 0
}

/** What conditions leave of it. They are judged for the caller; the owner of a token isn't there. */
function passing(here: HeldHere, moment: Moment): HeldHere {
  if (!here.isPassing) return here
  const barred: Barred[] = []
  const own = here.grants.own.filter((grant) => {
    const obstacle = grant.passing?.(moment) ?? null
    if (obstacle !== null) barred.push({ grant, ...obstacle })
    return obstacle === null
  })
  return barred.length === 0 ? here : heldHere(own, here.grants.owner, barred)
}

function heldHere(own: readonly Grant[], owner: readonly Grant[] | null, barred: readonly Barred[]): HeldHere {
  const all = owner === null ? own : [...own, ...owner]
  return {
    own: heldOf(own),
    owner: owner && heldOf(owner),
    bindings: Object.freeze(all.map((grant) => grant.id)),
    barred,
    isPassing: own.some(({ passing }) => passing !== null),
    grants: { own, owner },
  }
}

function heldOf(grants: readonly Grant[]): Held {
  const [first, ...more] = new Set(grants.map(({ role }) => role))
  if (first === undefined) return nothingHeld
  return more.length === 0 ? heldAlone(first) : heldOfRoles([first, ...more])
}

/** Most callers hold one role at a place. */
const aloneOf = new WeakMap<CompiledRole, Held>()

function heldAlone(role: CompiledRole): Held {
  const found = aloneOf.get(role)
  if (found !== undefined) return found
  const made = heldOfRoles([role])
  aloneOf.set(role, made)
  return made
}

function heldOfRoles(distinct: readonly CompiledRole[]): Held {
  const roles = Object.freeze([...new Set(distinct.map(({ name }) => name))])
  return {
    roles,
    hereWords: ` ${listed(roles.map(shown))} on `,
    commandRoles: [...new Set(distinct.flatMap(({ names }) => names))],
    giving(permission) {
      for (const role of distinct) if (role.has(permission)) return role
      return null
    },
  }
}

const nothingHeld = heldOfRoles([])

/** Whether the credential may be used on a rack at all. */
export function boundFor(holdings: Holdings, rack: string): boolean {
  return holdings.rack === null || holdings.rack === rack
}

export function isLive(grant: Grant, at: number): boolean {
  return grant.expiresAt === null || grant.expiresAt > at
}

function grantsAt({ on, ends }: Side, { rack, app, scope }: Place, at: number): FoundGrants {
  const { all, everyApp, byApp } = on(rack)
  if (scope === 'list') return live(all, ends, at)
  if (scope === 'rack') return live(everyApp, ends, at)
  return app === null ? null : live(byApp.find(app), ends, at)
}

function live(found: FoundGrants, ends: Float64Array, at: number): FoundGrants {
  if (found === null) return null
  if (found.several === null) return lasts(found.first, ends, at) ? found : null
  const grants = listOf(found)
  return grants.every((grant) => lasts(grant, ends, at))
    ? found
    : foundOf(grants.filter((grant) => lasts(grant, ends, at)))
}

function lasts({ place }: Grant, ends: Float64Array, at: number): boolean {
  return (ends[place] ?? 0) > at
}

/** There are no more racks than the gateway has, but for those that a caller invents. */
const mostRacks = 1_000

function compileSide(entries: readonly BoundGrant[]): Side {
  const byRack = createNameIndex(entries.map((entry) => ({ patterns: [entry.racks], value: entry })))
  const known = new Map<string, OnRack>()

  function on(rack: string): OnRack {
    const found = known.get(rack)
    if (found !== undefined) return found
    const here = listOf(byRack.find(rack)).filter(({ grant }) => grant.onRack(rack))
    const all = here.map(({ grant }) => grant)
    const byApp = createNameIndex(here.map(({ apps, grant }) => ({ patterns: [apps], value: grant })))
    const narrowed = all.some(({ role }) => role.when.length > 0)
    const made = {
      all: foundOf(all),
      everyApp: foundOf(all.filter(({ everyApp }) => everyApp)),
      byApp: narrowed ? narrowedIndex(byApp) : byApp,
    }
    if (known.size >= mostRacks) known.clear()
    known.set(rack, made)
    return made
  }

  const all = entries.map(({ grant }) => grant)
  return { all, ends: endsOf(all), on }
}

function endsOf(grants: readonly Grant[]): Float64Array {
  const ends = new Float64Array((grants.at(-1)?.place ?? -1) + 1)
  for (const { place, expiresAt } of grants) ends[place] = expiresAt ?? Number.POSITIVE_INFINITY
  return ends
}

/** Roles can be for some apps only, whatever their bindings say. */
function narrowedIndex(index: NameIndex<Grant>): NameIndex<Grant> {
  return { size: index.size, find: (app) => foundOf(listOf(index.find(app)).filter((grant) => grant.onApp(app))) }
}

interface BoundGrant {
  readonly racks: string
  readonly apps: string
  readonly grant: Grant
}

/** @param caller null for the owner of a token, who isn't there */
function compileBindings(
  bindings: readonly Binding[],
  roles: ReadonlyMap<string, CompiledRole>,
  caller: PrincipalKind | null,
): BoundGrant[] {
  return bindings.flatMap((binding, place): BoundGrant[] => {
    const role = roleOf(binding, roles)
    if (!role) return []
    const { id, racks, apps, expiresAt } = binding
    const [onRack, onApp] = [compilePattern(racks), compilePattern(apps)]
    const grant = {
      alone: null,
      place,
      id,
      expiresAt,
      role,
      onRack: (name: string) => onRack(name) && role.when.every((condition) => condition.onRack(name)),
      onApp: (name: string) => onApp(name) && role.when.every((condition) => condition.onApp(name)),
      everyApp: apps === '*' && role.when.every((condition) => condition.everyApp),
      passing: caller === null ? null : passingOf(role, caller),
    }
    return [{ racks, apps, grant }]
  })
}

function roleOf({ role, permissions }: Binding, roles: ReadonlyMap<string, CompiledRole>): CompiledRole | undefined {
  if (permissions === undefined) return roles.get(role)
  return compileRole({ name: onePermissionEach, description: '', permissions })
}

function passingOf(role: CompiledRole, caller: PrincipalKind): Grant['passing'] {
  const unfit = role.when.find((condition) => !condition.isFor(caller))
  if (unfit !== undefined) {
    const obstacle = callerObstacle(unfit.callers)
    return () => obstacle
  }
  return firstObstacle(role.when.flatMap(({ passing }) => passing ?? []))
}
