import { credentials, usedJwts, workloadSessions } from '@rack-gateway/database'
import { inArray, lt } from 'drizzle-orm'
import type { Transaction } from '../admin/change.ts'
import { forgetEnded } from '../sessions/forget-ended.ts'

/** Milliseconds after its end that a job's session is still listed. */
const listedFor = 7 * 86_400_000
/** What one job that is let in cleans up: more than it leaves. */
const batch = 100

/** Makes room for a job that is let in, in its own transaction, and waits for no other one. */
export async function forgetOld(tx: Transaction, now: Date): Promise<void> {
  await forgetEnded(tx, { table: usedJwts, key: usedJwts.key, end: usedJwts.expiresAt }, now)
  await forgetSessions(tx, new Date(now.getTime() - listedFor))
}

/** Not a statement more where there is nothing to forget: each one on these tables raises the revision. */
async function forgetSessions(tx: Transaction, endedBefore: Date): Promise<void> {
  const old = await tx
    .select({ id: workloadSessions.id })
    .from(workloadSessions)
    .where(lt(workloadSessions.expiresAt, endedBefore))
    .limit(batch)
    .for('update', { skipLocked: true })
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await tx.delete(credentials).where(inArray(credentials.workloadSessionId, ids))
  await tx.delete(workloadSessions).where(inArray(workloadSessions.id, ids))
}
