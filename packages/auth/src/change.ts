import type { Database } from '@rack-gateway/database'
import type { Author, IdentityEvent, RecordIdentityEvents } from './events.ts'

export type Transaction = Parameters<Parameters<Database['db']['transaction']>[0]>[0]

/** A change to identities in the making: its transaction, who makes it, and the events that it will be known by. */
export interface Change {
  readonly tx: Transaction
  readonly by: Author
  readonly events: IdentityEvent[]
}

/**
 * Makes a change and its record one thing: what `work` wrote is committed once its events are durable.
 * If they can't be recorded, nothing has changed. If the commit fails after that, the log names what never took effect.
 */
export function changeIdentities<T>(
  db: Database['db'],
  by: Author,
  record: RecordIdentityEvents,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  return db.transaction(async function changeAndRecord(tx) {
    const change: Change = { tx, by, events: [] }
    const result = await work(change)
    if (change.events.length > 0) await record(change.events)
    return result
  })
}
