import { inMessage, joinWithAnd, type Problem } from '@rack-gateway/command-matcher'
import { durationProblem } from '@rack-gateway/time'
import type { WantedBinding } from '../model/types.ts'
import { expandPermission, expandWithImplied } from '../permissions/permission-patterns.ts'
import type { PolicyDocument, TokenRule } from './policy-document.ts'

export interface TokenLimit {
  /** Milliseconds. */
  readonly maxAge: number
  readonly rule: string
  readonly source: string
}

/** The role or the individual permissions of a token. */
type TokenBinding = Pick<WantedBinding, 'role' | 'permissions'>

/** The strictest limit for a token with all of these bindings. */
export function tokenLimit(document: PolicyDocument, bindings: readonly TokenBinding[]): TokenLimit {
  const { maxAge, source = document.source, rules } = document.tokens
  const general = { maxAge, rule: 'token-max-age', source }
  return rules
    .filter((rule) => bindings.some((binding) => isFor(document, rule, binding)))
    .map((rule) => ({
      maxAge: rule.maxAge,
      rule: `token-max-age:${rule.id}`,
      source: rule.source ?? document.source,
    }))
    .reduce((strictest, limit) => (limit.maxAge < strictest.maxAge ? limit : strictest), general)
}

/** A token with individual permissions has no role. */
function isFor(
  { roles }: PolicyDocument,
  { roles: namedRoles = [], permissions: namedPermissions = [] }: TokenRule,
  { role: name, permissions }: TokenBinding,
): boolean {
  const role = permissions === undefined ? roles.find((one) => one.name === name) : undefined
  if (role !== undefined && [name, ...(role.extends ?? [])].some((one) => namedRoles.includes(one))) return true
  const granted = expandWithImplied(permissions ?? role?.permissions ?? [])
  return namedPermissions.flatMap(expandPermission).some((one) => granted.has(one))
}

export const ageProblem = durationProblem('1h', '3650d')

export function tokenProblems({ tokens, roles }: PolicyDocument): Problem[] {
  const { maxAge, defaultAge, rules } = tokens
  const known = new Set(roles.map(({ name }) => name))
  return [
    ...(defaultAge > maxAge
      ? [{ at: ['tokens', 'defaultAge'], text: 'tokens.defaultAge is longer than tokens.maxAge' }]
      : []),
    ...rules.flatMap((rule) => ruleProblems(rule, known, maxAge)),
  ]
}

function ruleProblems(
  { id, maxAge, roles = [], permissions = [] }: TokenRule,
  known: ReadonlySet<string>,
  longest: number,
): Problem[] {
  const at = ['tokens', 'rules', id]
  const name = `the token rule "${inMessage(id)}"`
  const unknownRoles = roles.filter((role) => !known.has(role)).map(inMessage)
  const unknown = permissions.filter((permission) => expandPermission(permission).length === 0).map(inMessage)
  return [
    ...(roles.length + permissions.length === 0 ? [{ at, text: `${name} is for no role and no permission` }] : []),
    ...(unknownRoles.length > 0
      ? [{ at: [...at, 'roles'], text: `${name} names unknown roles: ${joinWithAnd(unknownRoles)}` }]
      : []),
    ...(unknown.length > 0
      ? [{ at: [...at, 'permissions'], text: `${name} names unknown permissions: ${joinWithAnd(unknown)}` }]
      : []),
    ...(maxAge > longest
      ? [{ at: [...at, 'maxAge'], text: `${name} is longer than tokens.maxAge, so it narrows nothing` }]
      : []),
  ]
}
