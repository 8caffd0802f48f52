import * as denials from '../errors/denial.ts'
import type { Claims } from './conditions.ts'

/** Only algorithms with public keys, so that a published key cannot be used as a shared secret. */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

/** A well-formed, current token for this gateway. Its signature has not been verified yet. */
export interface UnverifiedJwt {
  readonly text: string
  readonly header: { readonly alg: string; readonly kid: string }
  readonly claims: Claims
  readonly issuer: string
  readonly subject: string
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** The tolerance for a fast clock of the issuer, in milliseconds. `exp` has none. */
export const issuerClockTolerance = 30_000
/** Milliseconds from `iat` to `exp`. */
const maxLifetime = 24 * 3_600_000
const maxLength = 6_000

export function looksLikeJwt(text: string): boolean {
  return text.startsWith('eyJ') && text.includes('.')
}

/**
 * Parses a JWT and makes all checks that need no I/O.
 *
 * @param audience PUBLIC_URL, which must be the only audience
 * @param now milliseconds since the epoch
 */
export function readJwt(text: string, audience: string, now: number): UnverifiedJwt | denials.AuthenticationDenial {
  const decoded = decodeJwt(text)
  if (decoded === null) return denials.malformedJwt
  const { header, claims } = decoded
  const { alg, kid } = header
  const denial = headerDenial(header)
  if (denial !== null) return denial
  const standard = standardClaims(claims)
  if (standard === null || !isText(kid, maxKid)) return denials.malformedJwt
  const failedCheck = claimChecks(claims, standard, { audience, now }).find((one) => one.denial !== null)
  if (failedCheck?.denial) return failedCheck.denial
  const { issuer, subject, issuedAt, expiresAt } = standard
  return { text, header: { alg: String(alg), kid }, claims, issuer, subject, issuedAt, expiresAt }
}

/** The parts of a JWT, without any check of their content. */
export interface DecodedJwt {
  readonly header: Claims
  readonly claims: Claims
}

/** Null if the text is not a JWT, or is longer than 6,000 characters. */
export function decodeJwt(text: string): DecodedJwt | null {
  if (text.length > maxLength) return null
  const parts = text.split('.', 4)
  const [head = '', body = '', signature = ''] = parts
  if (parts.length !== 3 || !isBase64url(signature)) return null
  const header = decode(head)
  const claims = header === null ? null : decode(body)
  return header === null || claims === null ? null : { header, claims }
}

const maxKid = 200

export function headerDenial(header: Claims): denials.AuthenticationDenial | null {
  const { alg, kid, typ = 'JWT' } = header
  if (!algorithms.some((known) => known === alg)) return denials.jwtAlgorithm
  const isWellFormed =
    isText(kid, maxKid) &&
    typeof typ === 'string' &&
    typ.toUpperCase() === 'JWT' &&
    !('crit' in header) &&
    !('b64' in header)
  return isWellFormed ? null : denials.malformedJwt
}

/** The claims that every token needs. Times are in milliseconds since the epoch. */
export interface StandardClaims {
  readonly issuer: string
  readonly subject: string
  readonly issuedAt: number
  readonly startsAt: number
  readonly expiresAt: number
}

/** Null if a claim is missing, has the wrong type, or is too long. Without `nbf`, a token is valid from `iat` on. */
export function standardClaims({ iss, sub, exp, iat, nbf = iat }: Claims): StandardClaims | null {
  if (!isText(iss, 500) || !isText(sub, 1_000) || !isTime(exp) || !isTime(iat) || !isTime(nbf)) return null
  return { issuer: iss, subject: sub, issuedAt: iat * 1000, startsAt: nbf * 1000, expiresAt: exp * 1000 }
}

export interface ClaimCheck {
  readonly check: 'expiry' | 'start' | 'lifetime' | 'audience'
  readonly denial: denials.AuthenticationDenial | null
}

/** Checks the claims in this order. The first denial counts. */
export function claimChecks(
  { aud }: Claims,
  { issuedAt, startsAt, expiresAt }: StandardClaims,
  { audience, now }: { readonly audience: string; readonly now: number },
): ClaimCheck[] {
  const isEarly = startsAt > now + issuerClockTolerance || issuedAt > now + issuerClockTolerance
  return [
    { check: 'expiry', denial: now >= expiresAt ? denials.expiredJwt(expiresAt) : null },
    { check: 'start', denial: isEarly ? denials.earlyJwt : null },
    { check: 'lifetime', denial: expiresAt - issuedAt > maxLifetime ? denials.longLivedJwt : null },
    { check: 'audience', denial: isOnly(aud, audience) ? null : denials.wrongAudience(audience) },
  ]
}

/** If the token had a second audience, the service that is this audience could use the token at the gateway. */
function isOnly(aud: unknown, audience: string): boolean {
  return aud === audience || (Array.isArray(aud) && aud.length === 1 && aud[0] === audience)
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1e11
}

/** Rejects NUL, because PostgreSQL cannot store it. */
function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest && !value.includes('\0')
}

function isBase64url(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text)
}

function decode(text: string): Record<string, unknown> | null {
  if (!isBase64url(text)) return null
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(text, 'base64url')))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
