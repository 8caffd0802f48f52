import { createHash } from 'node:crypto'
import type { Job } from '@rack-gateway/rbac-policy'
import { compactVerify } from 'jose'
import { type AuthenticationDenial, noTrustBecause, severalTrustsNamed } from '../errors/denial.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { jobName, jobOf } from './job.ts'
import { algorithms, type UnverifiedJwt } from './jwt.ts'
import { chooseTrust, isTrustFor, type Trust } from './trust.ts'
import type { TrustCache } from './trust-cache.ts'

/** A JWT with a valid signature, and the trusts of its issuer. Their conditions have not been checked yet. */
export interface VerifiedJwt {
  readonly jwt: UnverifiedJwt
  readonly trusts: readonly Trust[]
}

/** A job that a trust admits. */
export interface VerifiedWorkload {
  readonly trust: Trust
  readonly jwt: UnverifiedJwt
  readonly job: Job
  readonly name: string
  /** Identifies the single use of the token, 32 bytes. */
  readonly useKey: Buffer
}

export interface VerifierOptions {
  readonly trusts: TrustCache
  readonly keys: IssuerKeys
  /** PUBLIC_URL. */
  readonly audience: string
}

/** Sends requests only to the issuers of trusts, and only for their keys. */
export function createJwtVerifier({ trusts, keys, audience }: VerifierOptions) {
  return async function verifyJwt(jwt: UnverifiedJwt): Promise<VerifiedJwt | AuthenticationDenial> {
    const all = await trusts.current()
    const candidates = all.filter((trust) => isTrustFor(trust, jwt.issuer, audience))
    keys.keep(new Set(all.map(({ issuer }) => issuer)))
    if (candidates.length === 0) return noTrustBecause('no trust has the issuer of this JWT')
    const key = await keys.find(jwt.issuer, jwt.header)
    if (key === null) return noTrustBecause('its issuer has no key with the ID in this JWT')
    if (!(await isSigned(jwt, key))) return noTrustBecause('the signature of this JWT is invalid')
    return { jwt, trusts: candidates }
  }
}

/** @param name the name of the only trust to consider; null for any */
export function workloadOf({ jwt, trusts }: VerifiedJwt, name: string | null): VerifiedWorkload | AuthenticationDenial {
  const choice = chooseTrust(trusts, jwt, name)
  if (choice.kind === 'none') return noTrustBecause(choice.why)
  if (choice.kind === 'several') return severalTrustsNamed(choice.names)
  const job = jobOf(jwt.claims)
  return { trust: choice.trust, jwt, job, name: jobName(job, jwt.subject), useKey: useKeyOf(jwt) }
}

async function isSigned({ text }: UnverifiedJwt, key: Parameters<typeof compactVerify>[1]): Promise<boolean> {
  try {
    await compactVerify(text, key, { algorithms: [...algorithms] })
    return true
  } catch {
    return false
  }
}

/**
 * Identifies a JWT for its single use, 32 bytes. A JWT without `jti` (CircleCI) is identified by its text without the
 * signature, because an ECDSA signature can be rewritten and stay valid.
 */
export function useKeyOf({ issuer, claims, text }: UnverifiedJwt): Buffer {
  const { jti } = claims
  const uniqueText =
    typeof jti === 'string' && jti !== '' ? `jti\0${jti}` : `signed\0${text.slice(0, text.lastIndexOf('.'))}`
  return createHash('sha256').update(`${issuer}\0${uniqueText}`).digest()
}
