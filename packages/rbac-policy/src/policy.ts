import { compileRules } from '@rack-gateway/command-matcher'
import { createSecretKeys } from '@rack-gateway/convox-api'
import { compileRole } from './compiled-role.ts'
import { compileCondition } from './condition.ts'
import { type CompiledDocument, decide, rolesWith } from './decide.ts'
import { documentProblems } from './document-check.ts'
import { InvalidPolicy } from './errors.ts'
import { compileHoldings, type Held, type Holdings, holdingsAt } from './grants.ts'
import { mayGive } from './may-give.ts'
import { documentHash, type PolicyDocument } from './policy-document.ts'
import { compileRecordings } from './recordings.ts'
import { compileBlocked, type PolicyOptions } from './refusals.ts'
import type { Moment, Permission, Place, Policy, Principal } from './types.ts'

/**
 * Compiles a policy document. Everything is looked up afterwards; a principal's bindings are compiled once per principal object,
 * so auth makes a new object when anything about a principal changes.
 *
 * @throws InvalidPolicy with every problem
 */
export function compilePolicy(document: PolicyDocument, options: PolicyOptions = {}): Policy {
  const problems = documentProblems(document)
  if (problems.length > 0) throw new InvalidPolicy(problems.map(({ text }) => text).join('; '))
  return policyOf(document, compileDocument(document, documentHash(document), options))
}

/** As `compilePolicy`, of a document that it has compiled before. @param hash what that policy's was */
export function compileAgain(document: PolicyDocument, hash: string): Policy {
  return policyOf(document, compileDocument(document, hash, {}))
}

function policyOf(document: PolicyDocument, compiled: CompiledDocument): Policy {
  const known = new WeakMap<Principal, Holdings>()

  function holdingsOf(principal: Principal): Holdings {
    const found = known.get(principal)
    if (found) return found
    const made = compileHoldings(principal, compiled.roles)
    known.set(principal, made)
    return made
  }

  function holds(principal: Principal, permission: string, where: Place, moment: Moment): boolean {
    const { own, owner } = holdingsAt(holdingsOf(principal), where, moment)
    return gives(own, permission) && (owner === null || gives(owner, permission))
  }

  return {
    hash: compiled.hash,
    roles: new Map(document.roles.map((role) => [role.name, role])),
    decide: (principal, call) => decide(compiled, principal, holdingsOf(principal), call),
    holds,
    rolesAt: (principal, where, moment) => holdingsAt(holdingsOf(principal), where, moment).own.roles,
    mayGive: (principal, wanted, moment) =>
      mayGive(document, { principal, holdings: holdingsOf(principal) }, wanted, moment),
    rolesWith: (permission) => rolesWith(compiled, permission),
    racksOf: (principal, racks, moment) => racks.filter((rack) => isOn(holdingsOf(principal), rack, moment)),
    sees: (principal, rack, app, moment) => holds(principal, 'app:list', { rack, app, scope: 'app' }, moment),
    isSecretKey: createSecretKeys(document.secretKeys),
    isSecretParameter: createSecretKeys([...document.secretKeys, ...document.secretParameters]),
    recordingOf: compileRecordings(document.recordings),
  }
}

function compileDocument(document: PolicyDocument, hash: string, options: PolicyOptions): CompiledDocument {
  const { source, commands, runServices } = document
  return {
    hash,
    source,
    roles: new Map(document.roles.map((role) => [role.name, compileRole(role)])),
    commands: compileRules(commands, { runServices }),
    commandSources: new Map(commands.map((rule) => [rule.id, rule.source ?? source])),
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
  return own.grants.length > 0 && owner?.grants.length !== 0
}
