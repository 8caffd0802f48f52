import { type Database, type ProofMethod, proofs } from '@rack-gateway/database'
import type { StepUpLevel } from '@rack-gateway/rbac-policy'
import type { Clock } from '@rack-gateway/time'
import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm'
import type { Transaction } from '../transactions/change.ts'
import { type CallToProve, type Coverage, coveringPosition } from './coverage.ts'
import { withQueryTimeout } from './query-timeout.ts'
import { hashOf, newProofSecret } from './secrets.ts'
import type { StepUpRow } from './stored-step-ups.ts'

export interface ProofsOptions {
  readonly database: Pick<Database, 'db'>
  readonly clock: Clock
}

/** A proof of the last minute. */
export interface FreshProof {
  readonly provedAt: Date
  readonly covers: Coverage
  readonly usedAt: Date | null
}

export interface UsedProof {
  readonly id: string
  readonly method: ProofMethod
  readonly at: Date
}

export interface PresentedProof {
  readonly session: string
  readonly address: string
  /** Null if the call sends no secret, as the stock CLI with `RACK_URL` does. */
  readonly secret: string | null
}

type ProofRow = typeof proofs.$inferSelect
type ProvedRow = Pick<StepUpRow, 'id' | 'userId' | 'sessionId' | 'factorId' | 'covers'> & {
  readonly method: ProofMethod
  readonly provedAt: Date
}

/** Milliseconds from the proof to its expiry. */
const lifetimes = { recent: 86_400_000, call: 300_000, command: 3_600_000 } as const
/** Milliseconds. */
const freshLife = 60_000

export const unknownAddress = 'unknown'

export function createProofs({ database: { db }, clock }: ProofsOptions) {
  /**
   * Finds a proof that is enough for the call, and counts the use of a proof for one call or for planned calls.
   *
   * @returns null if the call needs a new proof
   */
  async function use(presented: PresentedProof, level: StepUpLevel, call: CallToProve): Promise<UsedProof | null> {
    const now = clock.now()
    const isPresented = and(
      eq(proofs.sessionId, presented.session),
      gt(proofs.expiresAt, new Date(now)),
      holderCondition(presented),
    )
    const candidates = await withQueryTimeout(
      db.select().from(proofs).where(isPresented).orderBy(desc(proofs.provedAt)),
    )
    for (const proof of candidates) {
      if (!isEnough(proof, level, call, now)) continue
      if ((proof.covers as Coverage).kind === 'call' && !(await spend(proof.id, now))) continue
      if ((proof.covers as Coverage).kind === 'command' && !(await countUse(proof.id, call))) continue
      return { id: proof.id, method: proof.method, at: proof.provedAt }
    }
    return null
  }

  /** Of two calls that use a proof at the same time, only one succeeds. */
  async function spend(id: string, now: number): Promise<boolean> {
    const spent = await db
      .update(proofs)
      .set({ usedAt: new Date(now) })
      .where(and(eq(proofs.id, id), isNull(proofs.usedAt)))
      .returning({ id: proofs.id })
    return spent.length === 1
  }

  /** The row is locked, so two calls at the same time are counted as two. @returns whether the proof covered the call */
  async function countUse(id: string, call: CallToProve): Promise<boolean> {
    const counting = db.transaction(async function countOnce(tx) {
      const [proof] = await tx
        .select({ covers: proofs.covers, uses: proofs.uses })
        .from(proofs)
        .where(eq(proofs.id, id))
        .for('update')
      const covers = proof?.covers as Coverage | undefined
      if (covers?.kind !== 'command') return false
      const uses = covers.calls.map((_, position) => proof?.uses?.[position] ?? 0)
      const position = coveringPosition(covers, uses, call)
      if (position === -1) return false
      if (covers.calls[position]?.times === null) return true
      uses[position] = (uses[position] ?? 0) + 1
      await tx.update(proofs).set({ uses }).where(eq(proofs.id, id))
      return true
    })
    return withQueryTimeout(counting)
  }

  /** The newest proof with this secret, if it is at most a minute old. */
  async function freshProof({
    session,
    secret,
  }: Pick<PresentedProof, 'session' | 'secret'>): Promise<FreshProof | null> {
    if (secret === null || secret === '') return null
    const fresh = gt(proofs.provedAt, new Date(clock.now() - freshLife))
    const [proof] = await db
      .select({ provedAt: proofs.provedAt, covers: proofs.covers, usedAt: proofs.usedAt })
      .from(proofs)
      .where(and(eq(proofs.sessionId, session), eq(proofs.secret, hashOf(secret)), fresh))
      .orderBy(desc(proofs.provedAt))
      .limit(1)
    return proof ? { ...proof, covers: proof.covers as Coverage } : null
  }

  return { use, freshProof }
}

function isEnough(proof: ProofRow, level: StepUpLevel, call: CallToProve, now: number): boolean {
  const covers = proof.covers as Coverage
  const isAccepted = level.kind === 'recent' || level.methods === 'any' || proof.method === 'passkey'
  if (!isAccepted) return false
  switch (covers.kind) {
    case 'recent':
      return level.kind === 'recent' && now - proof.provedAt.getTime() <= level.within
    case 'command':
      return coveringPosition(covers, proof.uses ?? [], call) !== -1
    case 'call':
      return proof.usedAt === null && call.digests.includes(covers.digest)
  }
}

/**
 * If `address` is null, the proof is for calls that send the returned secret. Otherwise, it is for calls from that
 * address, and the secret is not stored.
 */
export async function storeProof(tx: Transaction, proved: ProvedRow, address: string | null): Promise<string> {
  const { id, userId, sessionId, factorId, method, provedAt } = proved
  const covers = proved.covers as Coverage
  const secret = newProofSecret()
  const expiresAt = new Date(provedAt.getTime() + lifetimes[covers.kind])
  const holder = address === null ? { secret: hashOf(secret) } : { address }
  await tx.insert(proofs).values({ id, userId, sessionId, factorId, method, provedAt, covers, expiresAt, ...holder })
  return secret
}

/** Replaces the secret `from` with `to` in the proofs of a session. */
export async function replaceProofSecret(
  tx: Transaction,
  session: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const previous = and(eq(proofs.sessionId, session), eq(proofs.secret, hashOf(from)))
  await tx
    .update(proofs)
    .set({ secret: hashOf(to) })
    .where(previous)
}

/** A proof without a secret is valid only for calls from its address. */
function holderCondition({ address, secret }: PresentedProof) {
  // An unknown address does not identify a caller.
  const fromAddress = address === unknownAddress ? sql`false` : and(isNull(proofs.secret), eq(proofs.address, address))
  return secret === null || secret === '' ? fromAddress : or(eq(proofs.secret, hashOf(secret)), fromAddress)
}
