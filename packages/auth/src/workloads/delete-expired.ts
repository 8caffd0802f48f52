import { credentials, usedJwts, workloadSessions } from '@rack-gateway/database'
import { inArray, lt } from 'drizzle-orm'
import type { Transaction } from '../admin/change.ts'
import { deleteEnded } from '../sessions/delete-ended.ts'

/** How long the session of a job stays listed after its expiry, in milliseconds. */
const listedFor = 7 * 86_400_000
/**
 * The maximum number of sessions that one new session deletes. More than one, so that the table does not grow forever.
 */
const batch = 100

/** Does not wait for other transactions. */
export async function deleteExpired(tx: Transaction, now: Date): Promise<void> {
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
