import type { Sql } from 'postgres'
import { pageOf, readCursor } from './cursor.ts'
import { type EventRow, type FoundPage, foundEvents } from './found-event.ts'
import { eventColumns, type PagePosition, type Query } from './query.ts'
import { runQuery } from './run-query.ts'

/**
 * Lists the events of what a grant allowed, oldest first.
 *
 * @param grant a UUID
 * @throws InvalidAuditCursor
 */
export type GrantEvents = (
  grant: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
) => Promise<FoundPage>

/** @param run limits the number of concurrent searches, and their duration */
export function createGrantEvents(sql: Sql, run: <T>(work: () => Promise<T>) => Promise<T>): GrantEvents {
  return async function grantEvents(grant, { limit, cursor }) {
    const filters = { grant }
    const after = cursor === undefined ? null : readCursor(cursor, filters)
    const rows = await run(() => runQuery<EventRow>(sql, grantEventsQuery(grant, limit + 1, after)))
    return pageOf(await foundEvents(rows), limit, filters)
  }
}

/** Reads in the order of the index `events_granted`. */
export function grantEventsQuery(grant: string, limit: number, after: PagePosition | null): Query {
  const moment = `timestamptz 'epoch' + $3::bigint * interval '1 microsecond'`
  const afterPosition = `and e.at >= ${moment} and (e.at, e.stream, e.seq) > (${moment}, $4::uuid, $5::bigint)`
  return {
    text: `select ${eventColumns} from audit.events e where e.granted = $1::uuid ${after ? afterPosition : ''}
      order by e.at, e.stream, e.seq limit $2`,
    values: [grant, limit, ...(after ? [after.at, after.stream, after.seq] : [])],
  }
}
