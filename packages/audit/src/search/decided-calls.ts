import type { Database } from '@rack-gateway/database'

export interface DecidedCallsOptions {
  readonly sql: Database['sql']
  /** The earliest time, inclusive, in milliseconds since the epoch. */
  readonly since: number
  /** The latest time, inclusive, in milliseconds since the epoch. */
  readonly until: number
  /** Events per batch. Default 250. */
  readonly batch?: number
  /**
   * `decision`: the event with which a call begins, before the response of the rack. `response`: the event that has the
   * status of the rack; of a WebSocket, its `opened`. Default `decision`.
   */
  readonly part?: 'decision' | 'response'
  /** IDs of principals, which have no spaces, whose calls are left out. It can grow between batches. */
  readonly excluded?: ReadonlySet<string>
  /** Milliseconds for the search of one batch. Default 5,000. */
  readonly timeout?: number
}

/** One batch: canonical forms of events, and the time of the oldest event in milliseconds since the epoch. */
export interface DecidedCalls {
  readonly canonical: readonly string[]
  /** The IDs of the principals of these events; null for a call without a valid credential. */
  readonly principals: readonly (string | null)[]
  readonly from: number
}

interface Row {
  readonly at: Date
  readonly stream: string
  readonly seq: string
  readonly canonical: string
  readonly principal: string | null
}

const none: ReadonlySet<string> = new Set()

/**
 * Reads one event per decided rack call, newest first. Holds one batch in memory, and no connection between batches.
 *
 * @throws the driver's error `57014` if a batch takes too long
 */
export async function* decidedCalls(options: DecidedCallsOptions): AsyncGenerator<DecidedCalls> {
  const { sql, since, until, batch = 250, timeout = 5_000, part = 'decision', excluded = none } = options
  const ofChange = part === 'decision' ? 'intent' : 'outcome'
  let position = { at: new Date(until), stream: 'ffffffff-ffff-ffff-ffff-ffffffffffff', seq: '9223372036854775807' }
  for (;;) {
    const rows = await sql.begin('read only', async (tx) => {
      // Without statistics PostgreSQL would sort all remaining events for each batch instead of using the index on the
      // time.
      await tx.unsafe(`set local statement_timeout = ${Math.ceil(timeout)}; set local enable_sort = off`)
      return tx<Row[]>`
        select at, stream, seq, canonical, principal from audit.events
        where at >= ${new Date(since)} and at <= ${position.at}
          and (at, stream, seq) < (${position.at}, ${position.stream}::uuid, ${position.seq}::bigint)
          and kind in ('call', 'opened', ${ofChange}) and effect is not null and route is not null and rack is not null
          and (principal is null or principal <> all(string_to_array(${[...excluded].join(' ')}, ' ')))
        order by at desc, stream desc, seq desc limit ${batch}`
    })
    const last = rows.at(-1)
    if (last === undefined) return
    yield {
      canonical: rows.map(({ canonical }) => canonical),
      principals: rows.map(({ principal }) => principal),
      from: last.at.getTime(),
    }
    if (rows.length < batch) return
    position = last
  }
}
