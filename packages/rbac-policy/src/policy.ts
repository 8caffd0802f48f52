import { type CompiledRules, compileCheckedRules, compileRules } from '@rack-gateway/command-matcher'
import { createSecretKeyMatcher } from '@rack-gateway/convox-api'
import type { Denial } from '@rack-gateway/errors'
import { compileBlocked } from './blocked-operations.ts'
import { canGrant } from './can-grant.ts'
import type { CompiledDocument } from './compiled-document.ts'
import { compileRole } from './compiled-role.ts'
import { compileCondition } from './condition.ts'
import { decide, rolesWith, unheldAt } from './decide.ts'
import { documentProblems, mayEverything } from './document-check.ts'
import { InvalidPolicy } from './errors.ts'
import { compileHoldings, type Held, type Holdings, holdingsAt } from './grants.ts'
import { documentHash, type PolicyDocument, type Role } from './policy-document.ts'
import type { PolicyOptions } from './proxy.ts'
import { type ValueMatcher, type ValuePlace, valuesRecordedBy } from './recorded-values.ts'
import { compileRecordings, type RecordingRule, type SessionSubject } from './recordings.ts'
import type {
  Decision,
  GrantDenial,
  Moment,
  Permission,
  PolicyScope,
  Principal,
  RackCall,
  WantedGrant,
} from './types.ts'

export interface Policy {
  /** SHA-256 of the document, hex: stands in every event. */
  readonly hash: string
  readonly roles: ReadonlyMap<string, Role>
  decide(principal: Principal, call: RackCall): Decision
  /** Whether the principal has a permission on a rack (and app). For masks and the management API. */
  holds(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): boolean
  /** The denial if the principal lacks the permission; null if it has it. */
  unheld(principal: Principal, permission: Permission, where: PolicyScope, moment: Moment): Denial | null
  /** Names of the roles that the principal itself holds at a place. */
  rolesAt(principal: Principal, where: PolicyScope, moment: Moment): readonly string[]
  /** Names of the roles that have a permission. */
  rolesWith(permission: Permission): string[]
  /** Names of the roles that give back whatever was taken away: those with every permission, always. */
  adminRoles(): string[]
  /** Racks, of those given, on which the principal has any binding at all. */
  racksOf(principal: Principal, racks: readonly string[], moment: Moment): string[]
  /** Whether a principal holds everything that it wants to give: null, or what is missing. */
  canGrant(principal: Principal, wanted: WantedGrant, moment: Moment): GrantDenial | null
  /** Whether an app may be shown to the principal in a list answer. */
  sees(principal: Principal, rack: string, app: string, moment: Moment): boolean
  /** Whether a key of an environment holds a secret. */
  isSecretKey(key: string): boolean
  /** Whether a parameter of a rack holds a secret. */
  isSecretParameter(name: string): boolean
  /** The rule by which a session is recorded; null for one that no rule is for. */
  recordingOf(subject: SessionSubject): RecordingRule | null
  /** Says of a name whether events hold its value there, unless it is secret; null where they hold none. */
  valuesRecorded(place: ValuePlace): ValueMatcher | null
}

/**
 * Compiles a policy document. Everything is looked up afterwards; a principal's bindings are compiled once per principal object,
 * so auth makes a new object when anything about a principal changes.
 *
 * @throws InvalidPolicy with every problem
 */
export function compilePolicy(document: PolicyDocument, options: PolicyOptions = {}): Policy {
  const problems = documentProblems(document)
  if (problems.length > 0) throw new InvalidPolicy(problems.map(({ text }) => text).join('; '))
  const { commands, runServices, secretKeys, secretParameters } = document
  const rules = compileRules(commands, { runServices })
  const compiled = compileDocument(document, { hash: documentHash(document), options, rules: () => rules })
  const { holdingsOf, ...judging } = judgingBy(compiled)

  return {
    ...judging,
    roles: new Map(document.roles.map((role) => [role.name, role])),
    unheld: (principal, permission, where, moment) =>
      unheldAt(compiled, principal, holdingsOf(principal), { permission, where, moment }),
    rolesAt: (principal, where, moment) => holdingsAt(holdingsOf(principal), where, moment).own.roles,
    canGrant: (principal, wanted, moment) =>
      canGrant(document, { principal, holdings: holdingsOf(principal) }, wanted, moment),
    rolesWith: (permission) => rolesWith(compiled, permission),
    adminRoles: () => document.roles.filter(mayEverything).map(({ name }) => name),
    racksOf: (principal, racks, moment) => racks.filter((rack) => isOn(holdingsOf(principal), rack, moment)),
    sees: (principal, rack, app, moment) => judging.holds(principal, 'app:list', { rack, app, scope: 'app' }, moment),
    isSecretKey: createSecretKeyMatcher(secretKeys),
    isSecretParameter: createSecretKeyMatcher([...secretKeys, ...secretParameters]),
    recordingOf: compileRecordings(document.recordings),
    valuesRecorded: valuesRecordedBy(document.recordedValues),
  }
}

/** What decides of a policy. */
export type Judging = Pick<Policy, 'hash' | 'decide' | 'holds'>

/**
 * What decides of a policy whose document was compiled before: nothing is checked again, and command rules are compiled when
 * the first command is judged, for who decides one call and ends.
 *
 * @param hash what that policy's was
 */
export function compileAgain(document: PolicyDocument, hash: string): Judging {
  const { commands, runServices } = document
  let compiled: CompiledRules | null = null
  function rules(): CompiledRules {
    compiled ??= compileCheckedRules(commands, { runServices })
    return compiled
  }
  const { decide, holds } = judgingBy(compileDocument(document, { hash, options: {}, rules }))
  return { hash, decide, holds }
}

interface JudgingByHoldings extends Judging {
  holdingsOf(principal: Principal): Holdings
}

function judgingBy(compiled: CompiledDocument): JudgingByHoldings {
  const known = new WeakMap<Principal, Holdings>()

  function holdingsOf(principal: Principal): Holdings {
    const found = known.get(principal)
    if (found) return found
    const made = compileHoldings(principal, compiled.roles)
    known.set(principal, made)
    return made
  }

  return {
    hash: compiled.hash,
    holdingsOf,
    decide: (principal, call) => decide(compiled, principal, holdingsOf(principal), call),
    holds(principal, permission, where, moment) {
      const { own, owner } = holdingsAt(holdingsOf(principal), where, moment)
      return gives(own, permission) && (owner === null || gives(owner, permission))
    },
  }
}

interface Compiling {
  readonly hash: string
  readonly options: PolicyOptions
  readonly rules: () => CompiledRules
}

function compileDocument(document: PolicyDocument, { hash, options, rules }: Compiling): CompiledDocument {
  const { source, commands } = document
  return {
    hash,
    source,
    roles: new Map(document.roles.map((role) => [role.name, compileRole(role)])),
    rules,
    commandConditions: new Map(
      commands.flatMap(({ id, when }) => (when === undefined ? [] : [[id, when.map(compileCondition)]])),
    ),
    blocked: compileBlocked(document, options),
    needs: new Map(),
  }
}

function gives(held: Held, permission: Permission): boolean {
  return held.giving(permission) !== null
}

function isOn(holdings: Holdings, rack: string, moment: Moment): boolean {
  const { own, owner } = holdingsAt(holdings, { rack, app: null, scope: 'list' }, moment)
  return own.roles.length > 0 && owner?.roles.length !== 0
}
