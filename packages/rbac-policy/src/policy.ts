import { type CompiledRules, compileCheckedRules, compileRules } from '@rack-gateway/command-matcher'
import { createSecretKeys } from '@rack-gateway/convox-api'
import { compileRole } from './compiled-role.ts'
import { compileCondition } from './condition.ts'
import { type CompiledDocument, decide, rolesWith, unheldAt } from './decide.ts'
import { documentProblems, mayEverything } from './document-check.ts'
import { InvalidPolicy } from './errors.ts'
import { compileHoldings, type Held, type Holdings, holdingsAt } from './grants.ts'
import { mayGive } from './may-give.ts'
import { documentHash, type PolicyDocument } from './policy-document.ts'
import { valuesRecordedBy } from './recorded-values.ts'
import { compileRecordings } from './recordings.ts'
import { compileBlocked, type PolicyOptions } from './refusals.ts'
import type { Moment, Permission, Policy, Principal } from './types.ts'

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
    mayGive: (principal, wanted, moment) =>
      mayGive(document, { principal, holdings: holdingsOf(principal) }, wanted, moment),
    rolesWith: (permission) => rolesWith(compiled, permission),
    adminRoles: () => document.roles.filter(mayEverything).map(({ name }) => name),
    racksOf: (principal, racks, moment) => racks.filter((rack) => isOn(holdingsOf(principal), rack, moment)),
    sees: (principal, rack, app, moment) => judging.holds(principal, 'app:list', { rack, app, scope: 'app' }, moment),
    isSecretKey: createSecretKeys(secretKeys),
    isSecretParameter: createSecretKeys([...secretKeys, ...secretParameters]),
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
