import type { Sql } from 'postgres'
import { type Month, monthAt } from '../months/month.ts'

export interface RetentionStatus {
  /** The oldest month with a partition; null if no month has one. */
  readonly oldest: Month | null
  /** The newest archived month; null if no month was archived. */
  readonly archived: Month | null
}

/** Works with the runtime login. */
export async function readRetentionStatus(sql: Sql): Promise<RetentionStatus> {
  const [row] = await sql<{ oldest: string | null; archived: Date | null }[]>`
    select (select min(c.relname::text) from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit.events'::regclass and c.relname ~ '^events_[0-9]{4}_[0-9]{2}$') as oldest,
      (select max(month)::timestamp at time zone 'UTC' from audit.archives) as archived`
  return {
    oldest: row?.oldest?.replace(/^events_(\d{4})_(\d\d)$/, '$1-$2') ?? null,
    archived: row?.archived == null ? null : monthAt(row.archived.getTime()),
  }
}
