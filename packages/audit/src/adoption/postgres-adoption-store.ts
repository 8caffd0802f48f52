import { openPool, type PoolSettings } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import { lastEvent } from '../log/postgres-audit-store.ts'
import { endOfMonth } from '../months/calendar-month.ts'
import type { AdoptedStream, AdoptionStore } from './adoption-store.ts'

export interface PostgresAdoptionStoreOptions {
  /** One connection, with the runtime login. */
  readonly pool: PoolSettings
  /** The minimum number of milliseconds between the expiry of a lease and an adoption. Default 30,000. */
  readonly grace?: number
  /** Open calls per page. Default 200. */
  readonly page?: number
  /** Events that are searched for one page. Default 50,000. */
  readonly window?: number
}

interface ClaimedRow {
  readonly id: string
  readonly host: string
  readonly pid: number
  readonly month: Date
  readonly fallback: boolean
  /** The column that stores `outcomesRecordedUpTo`. */
  readonly accounted_seq: string | null
  /** The ID of the previous stream of the same process. */
  readonly follows: string | null
}

/** Uses its own connection, so that the audit writer never waits for an adoption. */
export function createPostgresAdoptionStore({
  pool,
  grace = 30_000,
  page = 200,
  window = 50_000,
}: PostgresAdoptionStoreOptions): AdoptionStore {
  const sql = openPool(pool, {
    idle_timeout: 60,
    connection: { statement_timeout: 30_000 },
  })
  return {
    async claim(adopterStream) {
      // If both statements claim a stream, the next call returns the second stream as unfinished.
      const [row] = [...(await claimUnfinished(sql, adopterStream)), ...(await claimExpired(sql, adopterStream, grace))]
      return row ? await describeStream(sql, row) : null
    },
    async openCalls({ id, month }, after) {
      const to = after + window
      const values = [id, new Date(month), new Date(endOfMonth(month)), after, to, page]
      const rows = await sql.unsafe<{ seq: string; canonical: string }[]>(openCallsQuery, values)
      const upTo = rows.length === page ? Number(rows.at(-1)?.seq) : to
      return { events: rows.map(({ canonical }) => JSON.parse(canonical)), upTo }
    },
    lastSeq: async (stream) => (await lastEvent(sql, stream)).seq,
    close: () => sql.end({ timeout: 5 }),
  }
}

/** `$1`: stream; `$2` and `$3`: time range; `$4` and `$5`: the `seq` is above `$4`, and at most `$5`; `$6`: limit. */
export const openCallsQuery = `
  select begun.seq, begun.canonical from audit.events begun
  where begun.stream = $1::uuid and begun.at >= $2::timestamptz and begun.at <= $3::timestamptz
    and begun.seq > $4::bigint and begun.seq <= $5::bigint and begun.kind in ('intent', 'opened')
    and not exists (select from audit.events ended where ended.of_event = begun.id
      and ended.kind in ('outcome', 'closed', 'refused', 'outcome.unknown'))
  order by begun.seq limit $6::int`

/**
 * Claims a stream whose adoption began and is not finished. The adopter is this process, or is gone. `accounted_at` is
 * the time at which an adoption was finished.
 */
function claimUnfinished(sql: Sql, adopterStream: string) {
  return sql<ClaimedRow[]>`
    update audit.streams set adopted_by = ${adopterStream} where id = (
      select id from audit.streams adopted
      where adopted.adopted_by is not null and adopted.accounted_at is null and adopted.id <> ${adopterStream}
        and (adopted.adopted_by = ${adopterStream} or not exists (
          select from audit.streams adopter
          where adopter.id = adopted.adopted_by and adopter.adopted_by is null and adopter.closed_at is null))
      order by adopted.id limit 1 for update skip locked)
    returning id, host, pid, month, fallback, accounted_seq, follows`
}

/** Skips a stream that is being written, because its row is locked. */
export function claimExpired(sql: Sql, adopterStream: string, grace: number) {
  return sql<ClaimedRow[]>`
    update audit.streams set adopted_by = ${adopterStream} where id = (
      select id from audit.streams
      where closed_at is null and adopted_by is null and id <> ${adopterStream}
        and lease_until < now() - make_interval(secs => ${grace / 1_000})
      order by lease_until limit 1 for update skip locked)
    returning id, host, pid, month, fallback, accounted_seq, follows`
}

async function describeStream(sql: Sql, row: ClaimedRow): Promise<AdoptedStream> {
  const month = row.month.getTime()
  return {
    id: row.id,
    host: row.host,
    pid: row.pid,
    month,
    last: await lastEvent(sql, { id: row.id, month }),
    fallback: row.fallback,
    outcomesRecordedUpTo: row.accounted_seq === null ? null : Number(row.accounted_seq),
    previousMonthStream: await previousMonthStream(sql, row.follows),
  }
}

/** A stream that was closed at the end of its month has no adopter, but its last calls may still be open. */
async function previousMonthStream(sql: Sql, follows: string | null): Promise<AdoptedStream['previousMonthStream']> {
  if (follows === null) return null
  const [row] = await sql<{ month: Date }[]>`
    select month from audit.streams where id = ${follows} and closed_at is not null and adopted_by is null`
  return row ? { id: follows, month: row.month.getTime() } : null
}
