import { randomUUID } from 'node:crypto'
import { credentials, trusts, usedJwts, workloadSessions } from '@rack-gateway/database'
import { and, eq, isNull } from 'drizzle-orm'
import type { Change, Transaction } from '../admin/change.ts'
import { lockItem } from '../admin/lock-item.ts'
import { type AuthenticationDenial, noTrustBecause, usedJwt } from '../denial.ts'
import { deleteExpired } from './delete-expired.ts'
import { issuerClockTolerance } from './jwt.ts'
import type { VerifiedWorkload } from './verify.ts'

export interface NewWorkloadSession {
  readonly workload: VerifiedWorkload
  /** SHA-256 of the session's token. */
  readonly hash: Buffer
  readonly expiresAt: Date
  readonly now: Date
}

/**
 * @returns the ID of the session; a denial, without any change, if the trust was revoked or the JWT was used already
 */
export async function insertWorkloadSession(
  change: Change,
  session: NewWorkloadSession,
): Promise<string | AuthenticationDenial> {
  const { workload, hash, expiresAt, now } = session
  const { trust, jwt, job, name, useKey } = workload
  const { tx } = change
  if (!(await isCurrent(tx, trust.id))) return noTrustBecause(`${trust.name}: it was revoked`)
  const usedUntil = new Date(jwt.expiresAt + issuerClockTolerance)
  const used = await tx.insert(usedJwts).values({ key: useKey, expiresAt: usedUntil }).onConflictDoNothing().returning()
  if (used.length === 0) return usedJwt
  const id = randomUUID()
  await tx.insert(workloadSessions).values({ id, trustId: trust.id, name, subject: jwt.subject, job, expiresAt })
  await tx.insert(credentials).values({ hash, workloadSessionId: id, expiresAt })
  await deleteExpired(tx, now)
  const detail = { session: id, trust: trust.id, trustName: trust.name, issuer: jwt.issuer, subject: jwt.subject }
  const end = { expires: expiresAt.toISOString() }
  change.events.push({
    kind: 'workload.issued',
    principal: { kind: 'workload', id, name, job },
    detail: { ...detail, ...end },
  })
  return id
}

/** Has no effect on an ended session. @throws NotFound */
export async function closeWorkloadSession(change: Change, id: string, reason: string, at: Date): Promise<void> {
  const session = await lockItem(change, workloadSessions, 'session', id)
  if (session.endedAt) return
  await change.tx.update(workloadSessions).set({ endedAt: at, endedReason: reason }).where(eq(workloadSessions.id, id))
  const detail = { session: id, trust: session.trustId, name: session.name, reason }
  change.events.push({ kind: 'workload.ended', principal: change.by, detail })
}

/** Whether this hash already has a session, because another replica or an earlier process admitted the same JWT. */
export async function isKnownCredential({ tx }: Change, hash: Buffer): Promise<boolean> {
  const rows = await tx
    .select({ id: credentials.workloadSessionId })
    .from(credentials)
    .where(eq(credentials.hash, hash))
  return rows.length > 0
}

/**
 * Locks the row of the trust until the session is committed, so that a concurrent revocation either denies the session
 * or ends it.
 */
async function isCurrent(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx
    .select({ id: trusts.id })
    .from(trusts)
    .where(and(eq(trusts.id, id), isNull(trusts.revokedAt)))
    .for('share')
  return rows.length > 0
}
