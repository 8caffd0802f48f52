import type { Sql } from 'postgres'
import { boundsOf, type Month, monthsAfter } from '../months/month.ts'

interface StreamRow {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly closed: boolean
  readonly adopted: boolean
  /** Whether the lease of the stream is still valid. */
  readonly leased: boolean
  /**
   * Whether the adopter has recorded an `outcome.unknown` event for each unfinished call, including calls that were
   * imported from a fallback file.
   */
  readonly accounted: boolean
  /** The number of events that checkpoints sign; null if no checkpoint has the stream. */
  readonly size: number | null
  /** Whether a checkpoint signs the end of the stream. */
  readonly settled: boolean | null
}

/**
 * Why the month is not closed yet, as a part of a sentence. Null if it is closed: its streams have ended, and
 * checkpoints sign all events.
 */
export async function explainOpenMonth(sql: Sql, month: Month, current: Month): Promise<string | null> {
  const rows = await sql<StreamRow[]>`
    select stream.id, stream.host, stream.pid, stream.closed_at is not null as closed, stream.adopted_by is not null as adopted,
      stream.lease_until > now() as leased, tree.size::float8 as size, tree.settled,
      stream.accounted_at is not null as accounted
    from audit.streams as stream left join audit.trees as tree on tree.stream = stream.id
    where stream.month = ${boundsOf(month).from}::timestamptz order by stream.id`
  const isOld = month < monthsAfter(current, -1)
  for (const row of rows) {
    const because = explainOpenStream(row, isOld)
    if (because !== null) return `stream ${row.id} of process ${row.pid} on ${row.host} ${because}`
  }
  return null
}

function explainOpenStream(
  { closed, adopted, leased, accounted, size, settled }: StreamRow,
  isOld: boolean,
): string | null {
  if (!closed && !adopted && leased) return 'is still being written'
  if (!closed && !adopted) return 'was never closed; a running gateway adopts it within a minute'
  if (!closed && !accounted)
    return 'was adopted, but not all of its calls have an outcome yet; see the readiness of the gateways'
  if (size === null || settled === true) return null
  if (!closed && !isOld) return 'was abandoned; its end becomes final when the next month is over'
  return 'has events that no checkpoint signs yet; a running gateway signs them within a minute'
}

/** Names of the sinks that have not sent all events of the month. */
export async function findLaggingSinks(sql: Sql, month: Month): Promise<string[]> {
  const { from } = boundsOf(month)
  const rows = await sql<{ sink: string }[]>`
    select distinct sink.name as sink from audit.sinks as sink, audit.streams as stream
    left join audit.trees as tree on tree.stream = stream.id
    left join lateral (
      select position.finished, position.seq from audit.sink_positions as position
      where position.sink = sink.name and position.stream = stream.id) as sent on true
    where stream.month = ${from}::timestamptz and coalesce(tree.size, 0) > 0
      and case when sent.seq is null then stream.opened_at >= sink.since
        else not sent.finished and sent.seq < tree.size end
    order by 1`
  return rows.map(({ sink }) => sink)
}
