import { type Database, locks, revision } from '@rack-gateway/database'
import { sql } from 'drizzle-orm'
import type { Author, IdentityEvent, RecordIdentityEvents } from './events.ts'

export type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0]

export interface Change {
  readonly tx: Transaction
  readonly by: Author
  readonly events: IdentityEvent[]
}

/** The connections for changes of identities. */
export type ChangeDatabase = Pick<Database, 'changes' | 'revocations'>

export interface ChangeOptions {
  readonly database: ChangeDatabase
  readonly by: Author
  /** Makes events durable before the change is committed. */
  readonly record: RecordIdentityEvents
  /** Revocations have their own connection, so they do not queue behind the other changes of this process. */
  readonly isRevocation?: boolean
}

/**
 * Runs a change of identities in a transaction that commits once its events are durable. If the events cannot be
 * recorded, nothing changes. If the commit fails after the events were recorded, the log has events of a change that
 * never took effect.
 *
 * Only one such transaction runs at a time, in all processes together, so `work` sees every earlier change.
 */
export function changeIdentities<T>(
  { database, by, record, isRevocation = false }: ChangeOptions,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const connection = isRevocation ? database.revocations : database.changes
  return connection.transaction(async function changeAndRecord(tx) {
    await lockIdentities(tx)
    const change: Change = { tx, by, events: [] }
    const result = await work(change)
    if (change.events.length > 0) await record(change.events)
    return result
  })
}

/**
 * PostgreSQL grants the advisory lock in the order of requests. The row lock also excludes programs that write without
 * the advisory lock, because a trigger updates the row on each write.
 */
async function lockIdentities(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${locks.space}, ${locks.changes})`)
  await tx.select({ value: revision.value }).from(revision).for('update')
}
