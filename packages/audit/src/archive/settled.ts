import type { Sql } from 'postgres'
import { boundsOf, type Month, monthsAfter } from './month.ts'

interface StreamRow {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly closed: boolean
  readonly adopted: boolean
  readonly leased: boolean
  /** Whether what a file still held of it has come in, and what was open in it is accounted for. */
  readonly accounted: boolean
  readonly size: number | null
  readonly settled: boolean | null
}

/**
 * Why a month isn't closed yet, in a sentence; null when nothing can be added to it any more, by all that the database knows: no stream
 * is open, what a process that died has left in a file was brought in by whoever adopted its stream, and each end is signed.
 */
export async function whyUnsettled(sql: Sql, month: Month, current: Month): Promise<string | null> {
  const rows = await sql<StreamRow[]>`
    select stream.id, stream.host, stream.pid, stream.closed_at is not null as closed, stream.adopted_by is not null as adopted,
      stream.lease_until > now() as leased, tree.size::float8 as size, tree.settled,
      stream.accounted_at is not null as accounted
    from audit.streams as stream left join audit.trees as tree on tree.stream = stream.id
    where stream.month = ${boundsOf(month).from}::timestamptz order by stream.id`
  const isOld = month < monthsAfter(current, -1)
  for (const row of rows) {
    const because = whyOpen(row, isOld)
    if (because !== null) return `stream ${row.id} of process ${row.pid} on ${row.host} ${because}`
  }
  return null
}

function whyOpen({ closed, adopted, leased, accounted, size, settled }: StreamRow, isOld: boolean): string | null {
  if (!closed && !adopted && leased) return 'is still being written'
  if (!closed && !adopted) return 'was never closed: a gateway that runs adopts it within a minute'
  if (!closed && !accounted)
    return 'was adopted, but not all that it left is accounted for yet: see the gateways’ readiness'
  if (size === null || settled === true) return null
  if (!closed && !isOld) return 'was abandoned: its end is signed for good when the month after is over, too'
  return 'has an end that no checkpoint has signed yet: a gateway that runs does so within a minute'
}

/** Sinks that haven't sent all of the month's events. */
export async function sinksBehind(sql: Sql, month: Month): Promise<string[]> {
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
