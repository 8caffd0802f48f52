import { compilePattern } from '@rack-gateway/command-matcher'
import type { TrustCondition } from '@rack-gateway/gateway-api'

export type Claims = Readonly<Record<string, unknown>>

/** The text 74 does not equal the number 74. */
export function isMet(condition: TrustCondition, claims: Claims): boolean {
  const value = claimOf(claims, condition)
  if ('equals' in condition) return value === condition.equals
  if ('oneOf' in condition) return condition.oneOf.some((wanted) => wanted === value)
  if ('empty' in condition) return value === undefined || value === ''
  return typeof value === 'string' && matchesPattern(condition.pattern, value)
}

export function claimOf(claims: Claims, { claim }: TrustCondition): unknown {
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined
}

/** Contains only what the operator wrote, and no values of the token. */
export function describeCondition(condition: TrustCondition): string {
  return `${condition.claim} ${describeRequirement(condition)}`
}

/** Such as `must be "74"`. */
export function describeRequirement(condition: TrustCondition): string {
  if ('equals' in condition) return `must be ${JSON.stringify(condition.equals)}`
  if ('oneOf' in condition) return `must be one of ${condition.oneOf.map((one) => JSON.stringify(one)).join(', ')}`
  if ('empty' in condition) return 'must be empty'
  return `must match ${JSON.stringify(condition.pattern)}`
}

/** Characters. A longer claim matches no pattern. */
export const maxMatched = 1_000

/**
 * A `*` matches neither `/` nor `:`, which separate the parts of a claim. In `repo:acme/*:ref:x`, it matches only the
 * name of a repository.
 */
function matchesPattern(pattern: string, value: string): boolean {
  if (value.length > maxMatched) return false
  const wanted = pattern.split(/([/:])/)
  const found = value.split(/([/:])/)
  return wanted.length === found.length && wanted.every((piece, index) => matchesPiece(piece, found[index] ?? ''))
}

function matchesPiece(piece: string, found: string): boolean {
  return piece === found || (piece !== '' && compilePattern(piece)(found))
}
