import type { Sql } from 'postgres'
import type { AuditEvent } from './event.ts'

/** The first event of each call: what was decided. */
const kinds = ['call', 'intent', 'opened']

export interface RecordedCallsOptions {
  readonly since: Date
  /** No more than these, the newest. */
  readonly most: number
}

const batch = 500

/**
 * The calls of the audit log, newest first, a batch at a time: nothing of the log is held beyond that.
 *
 * @param sql a connection that may read events
 */
export async function* recordedCalls(
  sql: Sql,
  { since, most }: RecordedCallsOptions,
): AsyncGenerator<readonly AuditEvent[]> {
  const query = sql<{ canonical: string }[]>`
    select canonical from audit.events
    where at >= ${since} and kind in ${sql(kinds)} and effect is not null and route is not null and rack is not null
    order by at desc limit ${most}`
  for await (const rows of query.cursor(batch)) yield rows.map(({ canonical }) => JSON.parse(canonical))
}
