import { compileRules } from '@rack-gateway/command-matcher'
import { compileRole } from './compiled-role.ts'
import { decide, rolesWith } from './decide.ts'
import { builtInPolicy, documentHash, type PolicyDocument } from './document.ts'
import { documentProblems } from './document-check.ts'
import { InvalidPolicy } from './errors.ts'
import { anyHas, compileHoldings, type Holdings, holdingsAt, type Place } from './grants.ts'
import { mayGive } from './may-give.ts'
import { compileBlocked, type PolicyOptions } from './refusals.ts'
import type { Policy, Principal } from './types.ts'

/**
 * Compiles a policy document. Everything is looked up afterwards; a principal's bindings are compiled once per principal object,
 * so auth makes a new object when anything about a principal changes.
 *
 * @throws InvalidPolicy with every problem of roles, blocked operations and proxy hosts
 * @throws InvalidCommandRules with every problem of the command rules
 */
export function compilePolicy(document: PolicyDocument = builtInPolicy, options: PolicyOptions = {}): Policy {
  const problems = documentProblems(document)
  if (problems.length > 0) throw new InvalidPolicy(problems.join('; '))

  const roles = new Map(document.roles.map((role) => [role.name, compileRole(role)]))
  const commands = compileRules(document.commands, { runServices: document.runServices })
  const compiled = { roles, commands, blocked: compileBlocked(document, options) }
  const known = new WeakMap<Principal, Holdings>()

  function holdingsOf(principal: Principal): Holdings {
    const found = known.get(principal)
    if (found) return found
    const made = compileHoldings(principal, roles)
    known.set(principal, made)
    return made
  }

  function holds(principal: Principal, permission: string, where: Place, at: number): boolean {
    const { own, owner } = holdingsAt(holdingsOf(principal), where, at)
    return anyHas(own, permission) && (owner === null || anyHas(owner, permission))
  }

  return {
    hash: documentHash(document),
    roles: new Map(document.roles.map((role) => [role.name, role])),
    decide: (principal, call) => decide(compiled, principal, holdingsOf(principal), call),
    holds,
    mayGive: (principal, wanted, at) => mayGive(document, { principal, holdings: holdingsOf(principal) }, wanted, at),
    rolesWith: (permission) => rolesWith(compiled, permission),
    racksOf: (principal, racks, at) => racks.filter((rack) => isOn(holdingsOf(principal), rack, at)),
    sees: (principal, rack, app, at) => holds(principal, 'app:list', { rack, app, scope: 'app' }, at),
  }
}

function isOn(holdings: Holdings, rack: string, at: number): boolean {
  const { own, owner } = holdingsAt(holdings, { rack, app: null, scope: 'list' }, at)
  return own.length > 0 && owner?.length !== 0
}
