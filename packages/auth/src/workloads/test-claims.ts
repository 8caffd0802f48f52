import type { TrustTest } from '@rack-gateway/gateway-api'
import type { AuthenticationDenial } from '../errors/denial.ts'
import { claimText, visibleJson } from './claim-text.ts'
import type { Claims } from './conditions.ts'
import { type ClaimCheck, claimChecks, headerDenial, type StandardClaims, standardClaims } from './jwt.ts'
import { testTrust } from './test-trust.ts'
import { type Choice, chooseTrust, isTrustFor, type Trust } from './trust.ts'

/** The claims of a token whose signature nobody has verified. */
export interface TestedClaims {
  readonly claims: Claims
  /** The header of the token; null if only its claims are known. */
  readonly header: Claims | null
}

interface TestContext {
  readonly trusts: readonly Trust[]
  /** PUBLIC_URL. */
  readonly audience: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

const maxTrusts = 50

type Check = TrustTest['checks'][number]

/** Tests the claims with the functions that admit jobs. */
export function testClaims({ claims, header }: TestedClaims, { trusts, audience, now }: TestContext): TrustTest {
  const issuer = typeof claims.iss === 'string' ? claims.iss : null
  const candidates = issuer === null ? [] : trusts.filter((trust) => isTrustFor(trust, issuer, audience))
  const checks = [...headerChecks(header), ...checksOf(claims, audience, now), issuerCheck(issuer, candidates)]
  const choice: Choice = chooseTrust(candidates, { issuer: issuer ?? '', claims }, null)
  const tested = trusts
    .map((trust) => testTrust(trust, { claims, issuer, audience }))
    .toSorted((one, other) => distance(one) - distance(other))
  return {
    verified: false,
    ...resultOf(checks, choice),
    checks,
    trusts: tested.slice(0, maxTrusts),
    more: Math.max(0, tested.length - maxTrusts),
  }
}

/** Smaller for a trust that is closer to a match. */
function distance({ matches, text, conditions }: TrustTest['trusts'][number]): number {
  if (matches) return -1
  return (text === null ? 0 : 1_000) + conditions.filter(({ met }) => !met).length
}

function resultOf(checks: readonly Check[], choice: Choice): Pick<TrustTest, 'admitted' | 'trust' | 'text'> {
  const denied = { admitted: false, trust: null }
  const failed = checks.find(({ passed }) => !passed)
  if (failed !== undefined) return { ...denied, text: `No trust admits this job. ${failed.text}` }
  switch (choice.kind) {
    case 'none':
      return { ...denied, text: 'No trust admits this job, because it does not meet all conditions of any trust.' }
    case 'several': {
      const names = choice.names.slice(0, 10).map(visibleJson).join(', ')
      return { ...denied, text: `More than one trust matches: ${names}. The job must name one of them.` }
    }
    case 'trust': {
      const { id, name } = choice.trust
      const text = `The trust ${visibleJson(name)} admits this job, if the signature of its token is valid and the token was not used before.`
      return { admitted: true, trust: { id, name }, text }
    }
  }
}

function headerChecks(header: Claims | null): Check[] {
  return header === null ? [] : [toCheck('header', headerDenial(header), 'The header of the token is valid.')]
}

function checksOf(claims: Claims, audience: string, now: number): Check[] {
  const standard = standardClaims(claims)
  if (standard === null) {
    const text =
      'A claim is missing or has the wrong type. A token needs iss and sub, which are texts, and iat and exp, which are numbers of seconds.'
    return [{ check: 'claims', passed: false, text }]
  }
  const checks = claimChecks(claims, standard, { audience, now }).map(({ check, denial }) => {
    const found = check === 'audience' ? `The claim aud is ${claimText(claims.aud) ?? 'missing'}. ` : ''
    return toCheck(check, denial, passedText(check, standard), found)
  })
  return [{ check: 'claims', passed: true, text: 'The claims that every token needs are there.' }, ...checks]
}

function passedText(check: ClaimCheck['check'], { expiresAt }: StandardClaims): string {
  switch (check) {
    case 'expiry':
      return `The token expires at ${new Date(expiresAt).toISOString()}.`
    case 'start':
      return 'The token is valid already.'
    case 'lifetime':
      return 'The token is valid for at most a day.'
    case 'audience':
      return 'The audience is this gateway.'
  }
}

function toCheck(check: string, denial: AuthenticationDenial | null, passedWith: string, found = ''): Check {
  if (denial === null) return { check, passed: true, text: passedWith }
  return { check, passed: false, text: `${found}${denial.reason} ${denial.remedy}` }
}

function issuerCheck(issuer: string | null, candidates: readonly Trust[]): Check {
  const check = 'issuer'
  if (candidates.length > 0) return { check, passed: true, text: `A trust has the issuer ${visibleJson(issuer)}.` }
  const text = issuer === null ? 'The token has no issuer.' : `No trust has the issuer ${visibleJson(issuer)}.`
  return { check, passed: false, text: `${text} Create a trust with the exact value of the claim iss.` }
}
