import { createHash } from 'node:crypto'
import type { Database } from '@rack-gateway/database'
import type { Policy, Principal } from '@rack-gateway/rbac-policy'
import { type Change, changeIdentities } from '../change.ts'
import type { Clock } from '../clock.ts'
import { AuthUnavailable, LookUpTooSlow, NoPublicUrl, StrongerThanMaker } from '../errors.ts'
import type { Author, RecordIdentityEvents } from '../events.ts'
import { expiredJwt, isRefusal, noPublicUrl, type Refusal } from '../refusal.ts'
import type { Revision } from '../revision.ts'
import type { TokenMint, TokenReading } from '../token.ts'
import { within } from '../within.ts'
import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts'
import { insertWorkloadSession, isKnownCredential } from './sessions.ts'
import { createTrustBook } from './trust-book.ts'
import { type TrustRequest, trustTerms } from './trust-request.ts'
import { closeTrust, insertTrust, loadTrusts, selectTrusts } from './trusts.ts'
import { createVerifier, type VerifiedWorkload } from './verify.ts'

export interface WorkloadsOptions {
  readonly database: Pick<Database, 'db'>
  readonly mint: TokenMint
  readonly revision: Revision
  /** Milliseconds since the epoch. */
  readonly clock: Clock
  /** Makes events durable; awaited before a change is committed. */
  readonly record: RecordIdentityEvents
  /** PUBLIC_URL, or null: then no job is let in, and no trust made. */
  readonly publicUrl: string | null
  readonly maxStale?: number
  readonly keys?: IssuerKeys
}

export interface WorkloadSession {
  readonly id: string
  /** Shown once. */
  readonly token: string
  /** What `identities.find` takes. */
  readonly reading: TokenReading
  readonly trust: string
}

/** Milliseconds that the database may take. */
const deadline = 5_000
/** JWTs that are remembered as let in, or as used up. */
const mostRemembered = 10_000

export type Workloads = ReturnType<typeof createWorkloads>

/** Lets jobs of CI systems in by their OIDC tokens, and keeps the trusts that say which. */
export function createWorkloads(options: WorkloadsOptions) {
  const { database, mint, revision, clock, record, publicUrl, maxStale = 60_000 } = options
  const { db } = database
  const keys = options.keys ?? createIssuerKeys({ clock })
  const trusts = createTrustBook(() => within(deadline, loadTrusts(db)), revision, maxStale)
  const verify = publicUrl === null ? null : createVerifier({ trusts, keys, audience: publicUrl, clock })
  const remembered = new Map<string, TokenReading | Refusal>()
  const underWay = new Map<string, Promise<TokenReading | Refusal>>()

  const change = <T>(by: Author, work: Parameters<typeof changeIdentities<T>>[3]) =>
    changeIdentities(db, by, record, work)

  /** @throws AuthUnavailable when the database doesn't take it in time, and what `record` throws */
  async function letIn<T>(workload: VerifiedWorkload, work: (open: Change) => Promise<T>): Promise<T> {
    try {
      return await within(deadline, change(author(workload), work))
    } catch (cause) {
      throw isOurs(cause) ? cause : new AuthUnavailable({ cause })
    }
  }

  /** Exchanges a JWT for a token of ours that lives for the trust's maximum age. @param wanted the name of a trust, or null */
  async function exchange(text: string, wanted: string | null): Promise<WorkloadSession | Refusal> {
    if (verify === null) return noPublicUrl
    const workload = await verify(text, wanted)
    if (isRefusal(workload)) return workload
    const { token, hash, expiresAt } = mint.issue('workload', clock.now() + workload.trust.maxAge * 1000)
    const end = new Date(expiresAt)
    const id = await letIn(workload, (open) =>
      insertWorkloadSession(open, { workload, hash, expiresAt: end, now: new Date(clock.now()) }),
    )
    if (typeof id !== 'string') return id
    return { id, token, reading: { kind: 'workload', hash, expiresAt }, trust: workload.trust.name }
  }

  /**
   * A JWT that is used as the credential itself. The first call of it is written down, and counts as its one use;
   * afterwards it is known by its hash, here and on every replica.
   */
  async function credentialOf(text: string): Promise<TokenReading | Refusal> {
    if (verify === null) return noPublicUrl
    const hash = createHash('sha256').update(text).digest()
    const key = hash.toString('base64')
    const known = remembered.get(key)
    if (known) return isRefusal(known) || clock.now() < known.expiresAt ? known : expiredJwt(known.expiresAt)
    const begun = underWay.get(key) ?? admit(verify, text, hash).finally(() => underWay.delete(key))
    underWay.set(key, begun)
    return begun
  }

  async function admit(verifier: ReturnType<typeof createVerifier>, text: string, hash: Buffer) {
    const workload = await verifier(text, null)
    if (isRefusal(workload)) return workload
    const { jwt, trust } = workload
    const reading: TokenReading = {
      kind: 'workload',
      hash,
      expiresAt: Math.min(jwt.expiresAt, jwt.issuedAt + trust.maxAge * 1000),
    }
    if (clock.now() >= reading.expiresAt) return expiredJwt(reading.expiresAt)
    const session = { workload, hash, expiresAt: new Date(reading.expiresAt), now: new Date(clock.now()) }
    const refusal = await letIn(workload, async (open) => {
      if (await isKnownCredential(open, hash)) return null
      const inserted = await insertWorkloadSession(open, session)
      if (typeof inserted === 'string' || (await isKnownCredential(open, hash))) return null
      return inserted
    })
    if (refusal?.rule === 'no-trust') return refusal
    remember(hash.toString('base64'), refusal ?? reading)
    return refusal ?? reading
  }

  function remember(key: string, answer: TokenReading | Refusal): void {
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(key, answer)
  }

  /** @throws StrongerThanMaker, InvalidTrust, InvalidName, TrustNameTaken */
  async function createTrust(
    request: TrustRequest,
    maker: Principal,
    policy: Pick<Policy, 'mayGive'>,
    address: string,
  ): Promise<string> {
    if (maker.kind !== 'user') throw new StrongerThanMaker('only people make trusts, and this is a token')
    if (publicUrl === null) throw new NoPublicUrl()
    const terms = trustTerms(request, publicUrl)
    const { role, racks, apps } = terms
    const problem = policy.mayGive(maker, { role, racks, apps, until: null }, { at: clock.now(), address })
    if (problem !== null) throw new StrongerThanMaker(problem)
    return change(authorOf(maker), (open) => insertTrust(open, terms)).finally(trusts.forget)
  }

  return {
    exchange,
    credentialOf,
    createTrust,
    listTrusts: () => selectTrusts(db),
    /** One row for each of its bindings; none where there is no such trust. @throws NotFound */
    trustRows: async (id: string) => selectTrusts(db, id),
    /** @throws NotFound */
    revokeTrust: (id: string, by: Principal) =>
      change(authorOf(by), (open) => closeTrust(open, id, new Date(clock.now()))).finally(trusts.forget),
  }
}

function isOurs(error: unknown): boolean {
  if (error instanceof LookUpTooSlow || !(error instanceof Error) || !('code' in error)) return false
  return String(error.code).startsWith('RGW_')
}

function author({ trust, name }: VerifiedWorkload): Author {
  return { kind: 'workload', id: trust.id, name }
}

function authorOf({ kind, id, name }: Principal): Author {
  return { kind, id, name }
}
