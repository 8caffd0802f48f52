import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '@rack-gateway/time'
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { badIdToken, LoginDenied, unreachableProvider } from '../errors/login-denial.ts'
import { boundedFetch, responseDeadline } from './metadata.ts'

/**
 * Asymmetric algorithms only, so that neither `none` nor an HMAC with the client secret or a public key is accepted.
 */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

/** Seconds that the clocks of the provider and the gateway may differ. */
const clockTolerance = 30
/** In characters. Thousands of groups fit. */
const longestToken = 256 * 1024

/** An unknown key ID causes a new fetch, at most every 30 seconds. */
export function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: responseDeadline,
    cooldownDuration: 30_000,
    [customFetch]: (address, init) => boundedFetch(address, { method: init.method, headers: init.headers }),
  })
}

export interface ExpectedClaims {
  readonly issuer: string
  readonly clientId: string
  /** Null for an ID token from a refresh, which belongs to no login. */
  readonly nonce: string | null
}

/** @throws LoginDenied */
export async function verifyIdToken(
  token: unknown,
  keys: JWTVerifyGetKey,
  { issuer, clientId, nonce }: ExpectedClaims,
  clock: Clock,
): Promise<JWTPayload> {
  if (typeof token !== 'string' || token.length > longestToken)
    throw invalid('there is no id_token, or it is too large')
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    audience: clientId,
    algorithms,
    clockTolerance,
    currentDate: new Date(clock.now()),
    requiredClaims: ['sub', 'exp', 'iat', ...(nonce === null ? [] : ['nonce'])],
  }).catch((error: unknown) => {
    throw explain(error)
  })
  if (typeof payload.sub !== 'string' || payload.sub === '' || payload.sub.length > 255) throw invalid('sub')
  if (nonce !== null && !sameText(payload.nonce, nonce)) throw invalid('nonce')
  const hasSeveralAudiences = Array.isArray(payload.aud) && payload.aud.length > 1
  if ((hasSeveralAudiences || payload.azp !== undefined) && payload.azp !== clientId) throw invalid('azp')
  return payload
}

/** Distinguishes keys that can't be fetched from an invalid token. */
function explain(error: unknown): LoginDenied {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired)
    return invalid(error.claim)
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC')
    return new LoginDenied(unreachableProvider, { why: 'its keys could not be fetched' })
  return invalid(error.code)
}

function invalid(why: string): LoginDenied {
  return new LoginDenied(badIdToken, { why })
}

function sameText(text: unknown, expected: string): boolean {
  if (typeof text !== 'string') return false
  const [one, other] = [Buffer.from(text), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}
