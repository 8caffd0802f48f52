import { compilePattern } from '@rack-gateway/command-matcher'
import type { TrustCondition } from '@rack-gateway/gateway-api'

export type Claims = Readonly<Record<string, unknown>>

/** Values are compared by type, too: the text 74 is not the number 74. */
export function holds(condition: TrustCondition, claims: Claims): boolean {
  const value = Object.hasOwn(claims, condition.claim) ? claims[condition.claim] : undefined
  if ('equals' in condition) return value === condition.equals
  if ('oneOf' in condition) return condition.oneOf.some((wanted) => wanted === value)
  if ('empty' in condition) return value === undefined || value === ''
  return typeof value === 'string' && matchesPattern(condition.pattern, value)
}

/** Describes the condition in the operator's own terms, without values of the token. */
export function describeCondition(condition: TrustCondition): string {
  const { claim } = condition
  if ('equals' in condition) return `${claim} must be ${JSON.stringify(condition.equals)}`
  if ('oneOf' in condition)
    return `${claim} must be one of ${condition.oneOf.map((one) => JSON.stringify(one)).join(', ')}`
  if ('empty' in condition) return `${claim} must be empty`
  return `${claim} must match ${JSON.stringify(condition.pattern)}`
}

const longestMatched = 1_000

/** A star never reaches over a separator, so `repo:acme/*:ref:x` can't be met by a repository's or branch's choice of name. */
function matchesPattern(pattern: string, value: string): boolean {
  if (value.length > longestMatched) return false
  const wanted = pattern.split(/([/:])/)
  const found = value.split(/([/:])/)
  return wanted.length === found.length && wanted.every((piece, place) => matchesPiece(piece, found[place] ?? ''))
}

function matchesPiece(piece: string, found: string): boolean {
  return piece === found || (piece !== '' && compilePattern(piece)(found))
}
