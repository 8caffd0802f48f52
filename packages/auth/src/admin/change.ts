import { type Database, locks, revision } from '@rack-gateway/database'
import { sql } from 'drizzle-orm'
import type { Author, IdentityEvent, RecordIdentityEvents } from '../events.ts'

export type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0]

/** A change to identities in the making: its transaction, who makes it, and the events that it will be known by. */
export interface Change {
  readonly tx: Transaction
  readonly by: Author
  readonly events: IdentityEvent[]
}

/** Where changes of identities are made. */
export type ChangeDatabase = Pick<Database, 'changes' | 'revocations'>

export interface ChangeOptions {
  readonly database: ChangeDatabase
  readonly by: Author
  /** Makes events durable before the change is committed. */
  readonly record: RecordIdentityEvents
  /** Whether the change revokes something: then it does not wait behind other changes of this process. */
  readonly revokes?: boolean
}

/**
 * Runs a change of identities and its record as one transaction: what `work` wrote is committed once its events are durable.
 * If they cannot be recorded, nothing has changed. If the commit fails after that, the log names what never took effect.
 *
 * There is one such transaction at a time, in all processes together: what `work` reads includes every change that was
 * committed before, and no other change is committed until this one is.
 */
export function changeIdentities<T>(
  { database, by, record, revokes = false }: ChangeOptions,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const connection = revokes ? database.revocations : database.changes
  return connection.transaction(async function changeAndRecord(tx) {
    await lockIdentities(tx)
    const change: Change = { tx, by, events: [] }
    const result = await work(change)
    if (change.events.length > 0) await record(change.events)
    return result
  })
}

/** The advisory lock is granted in the order of arrival. The row is what triggers lock for every other writer. */
async function lockIdentities(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${locks.space}, ${locks.changes})`)
  await tx.select({ value: revision.value }).from(revision).for('update')
}
