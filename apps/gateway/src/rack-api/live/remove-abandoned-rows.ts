import type { Sql } from 'postgres'

/**
 * Removes the rows of processes that ended without a cleanup, and the requests to end a call that no process handled.
 * Waits two hours, because a process without the database ends its calls only after `AUTH_MAX_STALE` (at most an hour).
 * A process can have several streams, each of which follows the previous one. A row can name any of these streams.
 */
export async function removeAbandonedRows(sql: Sql): Promise<void> {
  await sql`delete from gateway.call_endings where requested_at < now() - interval '2 hours'`
  await sql`
    delete from gateway.live_calls where started_at < now() - interval '2 hours' and stream not in (
      with recursive recent as (
        select id, follows from audit.streams where lease_until > now() - interval '2 hours'
        union
        select previous.id, previous.follows from audit.streams previous join recent on previous.id = recent.follows
      )
      select id from recent)`
}
