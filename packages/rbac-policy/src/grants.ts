import {
  compilePattern,
  createNameIndex,
  inMessage,
  joinWithAnd,
  type NameIndex,
  type NameMatcher,
} from '@rack-gateway/command-matcher'
import type { Explanation } from '@rack-gateway/errors'
import { type CompiledRole, compileRole } from './compiled-role.ts'
import { firstFailure, type MomentCheck, type ScopeCheck, wrongCaller } from './condition.ts'
import type { Binding, Moment, Permission, PolicyScope, Principal, PrincipalKind } from './types.ts'

/** Replaces a role for permissions that were granted one by one. No role of a document can have this name, so no command rule names it. */
export const onePermissionEach = '(permissions)'

/** A binding, compiled. */
export interface Grant {
  /** Its index among the bindings of the same side. */
  readonly position: number
  readonly id: string
  /** Patterns. */
  readonly racks: string
  readonly apps: string
  readonly expiresAt: number | null
  readonly role: CompiledRole
  /** Whether the conditions of its role hold there. */
  readonly onRack: NameMatcher
  readonly onApp: NameMatcher
  /** Whether it is for all apps, those to come included: what a route of the whole rack needs. */
  readonly everyApp: boolean
  /** Returns why the grant does not apply at a moment; null if it always applies. */
  readonly checkConditions: MomentCheck | null
  /** What its role says of racks and apps. */
  readonly places: readonly ScopeCheck[]
}

/** All that a principal holds. `owner` is what the owner of a token holds: the token is cut to it. */
export interface Holdings {
  readonly rack: string | null
  readonly own: Side
  readonly owner: Side | null
  /** What the same grants make together, by their positions; by the position alone for one grant of the caller. */
  readonly known: Map<string | number, HeldHere>
}

/** Grants of the caller, or of a token's owner. */
interface Side {
  readonly all: readonly Grant[]
  /** Those whose role has a condition on racks or apps. */
  readonly narrowed: readonly Grant[]
  on(rack: string): OnRack
}

/** Those on one rack. */
interface OnRack {
  readonly all: readonly Grant[]
  readonly everyApp: readonly Grant[]
  readonly byApp: NameIndex<Grant>
}

/** The grants that apply in one scope. The lists are frozen, and stay the same objects while the same grants apply. */
export interface HeldHere {
  /** What the caller's own grants come to. */
  readonly own: Held
  /** What those of a token's owner come to. */
  readonly owner: Held | null
  /** Ids of all bindings that a decision is made from. */
  readonly bindings: readonly string[]
  /** Own grants that would hold here, but not now or from there. */
  readonly failedConditions: readonly FailedCondition[]
  /** Whether any own grant depends on when and from where. */
  readonly hasConditions: boolean
  readonly grants: { readonly own: readonly Grant[]; readonly owner: readonly Grant[] | null }
}

export interface FailedCondition extends Explanation {
  readonly grant: Grant
}

/** What the roles of some grants come to. */
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
    known: new Map(),
  }
}

/** Callers can name apps that do not exist, so what is remembered is bounded in number, beside the grants alone, and in size. */
const mostSets = 1_000
const largestSet = 32

/** Those that hold there and then, for either side; nothing when the credential is bound to another rack. */
export function holdingsAt(holdings: Holdings, place: PolicyScope, moment: Moment): HeldHere {
  const bound = boundFor(holdings, place.rack)
  const own = bound ? grantsAt(holdings.own, place, moment.at) : none
  const owner = holdings.owner && (bound ? grantsAt(holdings.owner, place, moment.at) : none)
  return applyConditions(heldTogether(holdings, own, owner), moment)
}

const none: readonly Grant[] = Object.freeze([])

function heldTogether(holdings: Holdings, own: readonly Grant[], owner: readonly Grant[] | null): HeldHere {
  const { known } = holdings
  if (own.length + (owner?.length ?? 0) > largestSet) return heldHere(own, owner, [])
  const key = owner === null ? positions(own) : `${positions(own)}/${positions(owner)}`
  const found = known.get(key)
  if (found !== undefined) return found
  const made = heldHere(own, owner, [])
  if (known.size >= mostSets + holdings.own.all.length) known.clear()
  known.set(key, made)
  return made
}

function positions(grants: readonly Grant[]): string | number {
  const [only] = grants
  return only !== undefined && grants.length === 1 ? only.position : grants.map(({ position }) => position).join(',')
}

/** What conditions leave of it. They are judged for the caller; the owner of a token isn't there. */
function applyConditions(here: HeldHere, moment: Moment): HeldHere {
  if (!here.hasConditions) return here
  const failed: FailedCondition[] = []
  const own = here.grants.own.filter((grant) => {
    const failure = grant.checkConditions?.(moment) ?? null
    if (failure !== null) failed.push({ grant, ...failure })
    return failure === null
  })
  return failed.length === 0 ? here : heldHere(own, here.grants.owner, failed)
}

/** Own grants whose binding is for a place, but not their role's condition on racks and apps. Only denials ask for them. */
export function failedScopeConditions({ own }: Holdings, place: PolicyScope, { at }: Moment): FailedCondition[] {
  return own.narrowed.flatMap((grant) => {
    if (!isLive(grant, at) || !isBoundTo(grant, place)) return []
    for (const check of grant.places) {
      const failure = check(place)
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

function heldHere(own: readonly Grant[], owner: readonly Grant[] | null, failed: readonly FailedCondition[]): HeldHere {
  const all = owner === null ? own : [...own, ...owner]
  return {
    own: heldOf(own),
    owner: owner && heldOf(owner),
    bindings: Object.freeze(all.map((grant) => grant.id)),
    failedConditions: failed,
    hasConditions: own.some(({ checkConditions: passing }) => passing !== null),
    grants: { own, owner },
  }
}

function heldOf(grants: readonly Grant[]): Held {
  return heldOfRoles([...new Set(grants.map(({ role }) => role))])
}

function heldOfRoles(distinct: readonly CompiledRole[]): Held {
  const roles = Object.freeze([...new Set(distinct.map(({ name }) => name))])
  return {
    roles,
    hereWords: ` ${joinWithAnd(roles.map(inMessage))} on `,
    commandRoles: [...new Set(distinct.flatMap(({ names }) => names))],
    giving(permission) {
      for (const role of distinct) if (role.has(permission)) return role
      return null
    },
  }
}

/** Whether the credential may be used on a rack at all. */
export function boundFor(holdings: Holdings, rack: string): boolean {
  return holdings.rack === null || holdings.rack === rack
}

export function isLive(grant: Grant, at: number): boolean {
  return grant.expiresAt === null || grant.expiresAt > at
}

function grantsAt({ on }: Side, { rack, app, scope }: PolicyScope, at: number): readonly Grant[] {
  const { all, everyApp, byApp } = on(rack)
  if (scope === 'list') return all.filter((grant) => isLive(grant, at))
  if (scope === 'rack') return everyApp.filter((grant) => isLive(grant, at))
  return app === null ? none : byApp.find(app).filter((grant) => isLive(grant, at) && grant.onApp(app))
}

/** There are no more racks than the gateway has, but for those that a caller invents. */
const mostRacks = 1_000

function compileSide(all: readonly Grant[]): Side {
  const byRack = createNameIndex(all.map((grant) => ({ patterns: [grant.racks], value: grant })))
  const known = new Map<string, OnRack>()

  function on(rack: string): OnRack {
    const found = known.get(rack)
    if (found !== undefined) return found
    const here = byRack.find(rack).filter((grant) => grant.onRack(rack))
    const made = {
      all: here,
      everyApp: here.filter(({ everyApp }) => everyApp),
      byApp: createNameIndex(here.map((grant) => ({ patterns: [grant.apps], value: grant }))),
    }
    if (known.size >= mostRacks) known.clear()
    known.set(rack, made)
    return made
  }

  return { all, narrowed: all.filter(({ places }) => places.length > 0), on }
}

/** @param caller null for the owner of a token, who isn't there */
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
      onRack: (name: string) => role.when.every((condition) => condition.onRack(name)),
      onApp: (name: string) => role.when.every((condition) => condition.onApp(name)),
      everyApp: apps === '*' && role.when.every((condition) => condition.everyApp),
      checkConditions: caller === null ? null : conditionsOf(role, caller),
      places: role.when.flatMap(({ place }) => place ?? []),
    }
    return [grant]
  })
}

function roleOf({ role, permissions }: Binding, roles: ReadonlyMap<string, CompiledRole>): CompiledRole | undefined {
  if (permissions === undefined) return roles.get(role)
  return compileRole({ name: onePermissionEach, description: '', permissions })
}

function conditionsOf(role: CompiledRole, caller: PrincipalKind): Grant['checkConditions'] {
  const unfit = role.when.find((condition) => !condition.isFor(caller))
  if (unfit !== undefined) {
    const failure = wrongCaller(unfit.callers)
    return () => failure
  }
  return firstFailure(role.when.flatMap(({ checkMoment: passing }) => passing ?? []))
}
