import { randomUUID } from 'node:crypto'
import { credentials, trusts, usedJwts, workloadSessions } from '@rack-gateway/database'
import { and, eq, inArray, isNull, lt } from 'drizzle-orm'
import { type AuthenticationDenial, noTrustBecause, usedJwt } from '../errors/denial.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'
import type { Change, Transaction } from '../transactions/change.ts'
import { lockItem } from '../transactions/lock-item.ts'
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

/** How long the session of a job stays listed after its expiry, in milliseconds. */
const listedFor = 7 * 86_400_000
/**
 * The maximum number of sessions that one new session deletes. More than one, so that the table does not grow forever.
 */
const batch = 100

/** Does not wait for other transactions. */
async function deleteExpired(tx: Transaction, now: Date): Promise<void> {
  await deleteEnded(tx, { table: usedJwts, key: usedJwts.key, end: usedJwts.expiresAt }, now)
  await deleteSessions(tx, new Date(now.getTime() - listedFor))
}

/** Runs no delete statement without need, because each delete raises the revision, which all replicas watch. */
async function deleteSessions(tx: Transaction, expiredBefore: Date): Promise<void> {
  const old = await tx
    .select({ id: workloadSessions.id })
    .from(workloadSessions)
    .where(lt(workloadSessions.expiresAt, expiredBefore))
    .limit(batch)
    .for('update', { skipLocked: true })
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await tx.delete(credentials).where(inArray(credentials.workloadSessionId, ids))
  await tx.delete(workloadSessions).where(inArray(workloadSessions.id, ids))
}
