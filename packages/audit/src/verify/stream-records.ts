import type { Sql } from 'postgres'
import type { MonthBounds } from './database-log.ts'
import { type LogRecord, readLogRow } from './export-line.ts'

export interface PageOfStream {
  readonly stream: string
  readonly month: MonthBounds
  /** Number of the first event. */
  readonly first: number
  readonly limit: number
}

/**
 * Events of one stream, ordered by number. Two rows with the same number are two records. A row that cannot be an event
 * is null. Costs half as much as `linesOfMonth`, because the driver parses nothing.
 */
export async function recordsOfStream(
  sql: Sql,
  { stream, month, first, limit }: PageOfStream,
): Promise<(LogRecord | null)[]> {
  const rows = await sql`
    select canonical, encode(prev, 'hex'), encode(hash, 'hex') from audit.events
    where stream = ${stream}::uuid and seq >= ${first}::bigint
      and at >= ${month.from}::timestamptz and at < ${month.to}::timestamptz
    order by stream, seq, at limit ${limit}`.raw()
  return rows.map(([canonical, prev, hash]) => readLogRow(canonical, prev, hash))
}
