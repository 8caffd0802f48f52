import { createHash } from 'node:crypto'
import type { Database } from '@rack-gateway/database'
import type { TrustTest } from '@rack-gateway/gateway-api'
import type { Clock } from '@rack-gateway/time'
import { withTimeout } from '@rack-gateway/time'
import { LRUCache } from 'lru-cache'
import { type AuthenticationDenial, expiredJwt, isDenial, noPublicUrl, usedJwt } from '../errors/denial.ts'
import { AuthUnavailable, LookUpTooSlow, NoPublicUrl, throwLookUpTooSlow } from '../errors/errors.ts'
import type { Revision } from '../revision/revision.ts'
import type { TokenMint, VerifiedToken } from '../tokens/token.ts'
import { type Change, type ChangeDatabase, changeIdentities } from '../transactions/change.ts'
import type { Author, RecordIdentityEvents } from '../transactions/events.ts'
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts'
import { readJwt, type UnverifiedJwt } from './jwt.ts'
import { insertWorkloadSession, isKnownCredential } from './sessions.ts'
import { type TestedClaims, testClaims } from './test-claims.ts'
import { createTrustCache } from './trust-cache.ts'
import { loadTrusts } from './trusts.ts'
import { createJwtVerifier, useKeyOf, type VerifiedJwt, type VerifiedWorkload, workloadOf } from './verify.ts'

export interface WorkloadsOptions {
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly mint: TokenMint
  readonly revision: Revision
  readonly clock: Clock
  /** PUBLIC_URL. Null: no jobs are admitted. */
  readonly publicUrl: string | null
  /** AUTH_MAX_STALE in milliseconds: how long cached trusts stay valid without the database. Default 60,000. */
  readonly maxStale?: number
  readonly keys?: IssuerKeys
}

export interface WorkloadSession {
  readonly id: string
  /** Shown once. */
  readonly token: string
  /** The argument of `identities.find`. */
  readonly credential: VerifiedToken
  /** The name of the trust. */
  readonly trust: string
}

export interface Exchange {
  /** The name of the only trust to consider; null for any. */
  readonly trustName: string | null
  /** Makes events durable before the job is admitted. */
  readonly record: RecordIdentityEvents
}

/** The timeout of the database in milliseconds. */
const deadline = 5_000
const maxCached = 10_000

export type Workloads = ReturnType<typeof createWorkloads>

/** Authenticates jobs of CI systems by their OIDC tokens. */
export function createWorkloads(options: WorkloadsOptions) {
  const { database, mint, revision, clock, publicUrl, maxStale = 60_000 } = options
  const { db } = database
  const keys = options.keys ?? createIssuerKeys({ clock })
  const trusts = createTrustCache(() => withTimeout(loadTrusts(db), deadline, throwLookUpTooSlow), revision, maxStale)
  const verifier = publicUrl === null ? null : createJwtVerifier({ trusts, keys, audience: publicUrl })
  /** If a used JWT was evicted here, the database still rejects it. */
  const used = new LRUCache<string, true>({ max: maxCached })
  const results = new LRUCache<string, VerifiedToken | AuthenticationDenial>({ max: maxCached })
  const pending = new Map<string, Promise<VerifiedToken | AuthenticationDenial>>()

  function read(text: string): UnverifiedJwt | AuthenticationDenial {
    return publicUrl === null ? noPublicUrl : readJwt(text, publicUrl, clock.now())
  }

  async function verifySignature(jwt: UnverifiedJwt): Promise<VerifiedJwt | AuthenticationDenial> {
    return verifier === null ? noPublicUrl : verifier(jwt)
  }

  /** @throws AuthUnavailable if the database fails or times out; and the gateway errors of `work` and `record` */
  async function changeAsWorkload<T>(
    workload: VerifiedWorkload,
    record: RecordIdentityEvents,
    work: (change: Change) => Promise<T>,
  ): Promise<T> {
    try {
      return await withTimeout(
        changeIdentities({ database, by: author(workload), record }, work),
        deadline,
        throwLookUpTooSlow,
      )
    } catch (cause) {
      throw isGatewayError(cause) ? cause : new AuthUnavailable({ cause })
    }
  }

  /** The first half of an exchange: verifies the JWT before the rest of the request is read. */
  async function verifyJwt(text: string): Promise<VerifiedJwt | AuthenticationDenial> {
    const jwt = read(text)
    if (isDenial(jwt)) return jwt
    return used.has(textOf(useKeyOf(jwt))) ? usedJwt : verifySignature(jwt)
  }

  /**
   * Checks the expiry again, because the JWT can expire while the request body arrives. The gateway soon deletes the
   * record that an expired JWT was used, so the JWT could then be used again.
   */
  async function exchange(
    verified: VerifiedJwt,
    { trustName, record }: Exchange,
  ): Promise<WorkloadSession | AuthenticationDenial> {
    const { expiresAt: jwtEnd } = verified.jwt
    if (clock.now() >= jwtEnd) return expiredJwt(jwtEnd)
    const workload = workloadOf(verified, trustName)
    if (isDenial(workload)) return workload
    const { trust, useKey } = workload
    const { token, hash, expiresAt } = mint.issue('workload', clock.now() + trust.maxAge * 1000)
    const session = { workload, hash, expiresAt: new Date(expiresAt), now: new Date(clock.now()) }
    const id = await changeAsWorkload(workload, record, (change) => insertWorkloadSession(change, session))
    if (typeof id === 'string' || id === usedJwt) used.set(textOf(useKey), true)
    if (typeof id !== 'string') return id
    return { id, token, credential: { kind: 'workload', hash, expiresAt }, trust: trust.name }
  }

  /**
   * Accepts a JWT as the credential itself. The first call is recorded and counts as the single use of the JWT. After
   * that, every replica knows the JWT by its hash.
   */
  async function credentialOf(
    text: string,
    record: RecordIdentityEvents,
  ): Promise<VerifiedToken | AuthenticationDenial> {
    if (publicUrl === null) return noPublicUrl
    const hash = createHash('sha256').update(text).digest()
    const key = textOf(hash)
    const result = results.get(key)
    if (result) return isDenial(result) || clock.now() < result.expiresAt ? result : expiredJwt(result.expiresAt)
    const admission = pending.get(key) ?? admit(text, hash, record).finally(() => pending.delete(key))
    pending.set(key, admission)
    return admission
  }

  async function admit(
    text: string,
    hash: Buffer,
    record: RecordIdentityEvents,
  ): Promise<VerifiedToken | AuthenticationDenial> {
    const jwt = read(text)
    if (isDenial(jwt)) return jwt
    const verified = await verifySignature(jwt)
    if (isDenial(verified)) return verified
    const workload = workloadOf(verified, null)
    if (isDenial(workload)) return workload
    const expiresAt = Math.min(jwt.expiresAt, jwt.issuedAt + workload.trust.maxAge * 1000)
    const credential: VerifiedToken = { kind: 'workload', hash, expiresAt }
    if (clock.now() >= expiresAt) return expiredJwt(expiresAt)
    const session = { workload, hash, expiresAt: new Date(expiresAt), now: new Date(clock.now()) }
    const denial = await changeAsWorkload(workload, record, async (change) => {
      if (await isKnownCredential(change, hash)) return null
      const inserted = await insertWorkloadSession(change, session)
      if (typeof inserted === 'string' || (await isKnownCredential(change, hash))) return null
      return inserted
    })
    if (denial !== null && denial !== usedJwt) return denial
    used.set(textOf(workload.useKey), true)
    results.set(textOf(hash), denial ?? credential)
    return denial ?? credential
  }

  /** Tests claims with the trusts that `exchange` uses, without any effect. @throws NoPublicUrl, AuthUnavailable */
  async function test(tested: TestedClaims): Promise<TrustTest> {
    if (publicUrl === null) throw new NoPublicUrl()
    return testClaims(tested, { trusts: await trusts.current(), audience: publicUrl, now: clock.now() })
  }

  return {
    verifyJwt,
    /** Whether `verifyJwt` and `credentialOf` need I/O or a signature to deny the JWT. */
    isPlausible: (text: string) => !isDenial(read(text)),
    test,
    exchange,
    credentialOf,
    /** For a process that has changed a trust, so that it does not wait for the next poll. */
    forgetTrusts: trusts.invalidate,
  }
}

function textOf(hash: Buffer): string {
  return hash.toString('base64')
}

function isGatewayError(error: unknown): boolean {
  if (error instanceof LookUpTooSlow || !(error instanceof Error) || !('code' in error)) return false
  return String(error.code).startsWith('RGW_')
}

function author({ trust, name }: VerifiedWorkload): Author {
  return { kind: 'workload', id: trust.id, name }
}
