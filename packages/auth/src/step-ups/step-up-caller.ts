import type { Database } from '@rack-gateway/database'
import type { Change } from '../transactions/change.ts'
import type { Author, RecordIdentityEvents } from '../transactions/events.ts'

/** The session that proves, redeems, or calls. */
export interface StepUpCaller {
  readonly user: string
  readonly session: string
  readonly address: string
  readonly author: Author
  readonly record: RecordIdentityEvents
}

export async function changeAsCaller<T>(
  { db }: Pick<Database, 'db'>,
  { author, record }: StepUpCaller,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  return db.transaction(async function workAndRecord(tx) {
    const change: Change = { tx, by: author, events: [] }
    const result = await work(change)
    if (change.events.length > 0) await record(change.events)
    return result
  })
}
