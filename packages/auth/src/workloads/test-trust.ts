import { compilePattern } from '@rack-gateway/command-matcher'
import type { TrustCondition, TrustTest } from '@rack-gateway/gateway-api'
import { claimText, visibleJson } from './claim-text.ts'
import { type Claims, claimOf, describeRequirement, isMet, maxMatched } from './conditions.ts'
import { isTrustFor, meetsConditions, type Trust } from './trust.ts'

type TestedTrust = TrustTest['trusts'][number]
type TestedCondition = TestedTrust['conditions'][number]

export interface TestedJob {
  readonly claims: Claims
  /** Null if the token has no issuer. */
  readonly issuer: string | null
  /** PUBLIC_URL. */
  readonly audience: string
}

export function testTrust(trust: Trust, { claims, issuer, audience }: TestedJob): TestedTrust {
  const { id, name, conditions } = trust
  return {
    id,
    name,
    matches: issuer !== null && isTrustFor(trust, issuer, audience) && meetsConditions(trust, claims),
    text: mismatchText(trust, issuer, audience),
    conditions: conditions.map((condition) => testCondition(condition, claims)),
  }
}

function mismatchText(trust: Trust, issuer: string | null, audience: string): string | null {
  if (trust.issuer !== issuer)
    return `Its issuer is ${visibleJson(trust.issuer)}, and the claim iss is ${issuer === null ? 'missing' : visibleJson(issuer)}.`
  if (!isTrustFor(trust, issuer, audience))
    return `Its audience is ${visibleJson(trust.audience)}, but PUBLIC_URL is now ${visibleJson(audience)}. Create the trust again.`
  return trust.conditions.length === 0 ? 'It has no conditions, so it admits no job.' : null
}

const maxExpected = 1_000

function testCondition(condition: TrustCondition, claims: Claims): TestedCondition {
  const value = claimOf(claims, condition)
  const found = claimText(value)
  const expected = describeRequirement(condition)
  const shownExpected = expected.length > maxExpected ? `${expected.slice(0, maxExpected)}…` : expected
  const subject = found === null ? `There is no claim ${condition.claim}` : `${condition.claim} is ${found}`
  const met = isMet(condition, claims)
  const text = met ? `${subject}, as required.` : `${subject}, and it ${shownExpected}.${hint(condition, value)}`
  return { ...toWire(condition), met, expected: shownExpected, found, text }
}

/** Why a value that looks right does not meet the condition. */
function hint(condition: TrustCondition, value: unknown): string {
  if ('pattern' in condition) return patternHint(condition.pattern, value)
  if ('empty' in condition) return ''
  const wanted = 'equals' in condition ? [condition.equals] : condition.oneOf
  const isSameText = wanted.some((one) => one !== value && String(one) === String(value))
  return isSameText ? ' Text, numbers, and booleans are never equal.' : ''
}

function patternHint(pattern: string, value: unknown): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return ' Only text can match a pattern.'
  if (value.length > maxMatched) return ` Text of more than ${maxMatched} characters matches no pattern.`
  return compilePattern(pattern)(value) ? ' In a pattern, * matches neither / nor :.' : ''
}

function toWire(condition: TrustCondition) {
  return 'oneOf' in condition ? { ...condition, oneOf: [...condition.oneOf] } : condition
}
