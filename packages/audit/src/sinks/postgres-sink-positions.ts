import { customPlans, openPool, type PoolSettings } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import { lastEvent } from '../log/postgres-audit-store.ts'
import { endOfMonth } from '../months/calendar-month.ts'
import type { SinkPositions } from './sink-positions.ts'
import type { SinkEvent } from './transports/sink-event.ts'

export interface PostgresSinkPositionsOptions {
  /** With the runtime login. */
  readonly pool: PoolSettings
  /** Milliseconds per query. Default 10,000. */
  readonly timeout?: number
}

interface EventRow {
  readonly id: string
  readonly seq: string
  readonly at: Date
  readonly kind: string
  readonly canonical: string
}

/** Uses a pool of its own, so that the writer and calls never wait for a sink. */
export function createPostgresSinkPositions({ pool, timeout = 10_000 }: PostgresSinkPositionsOptions): SinkPositions {
  const sql = openPool(pool, {
    connect_timeout: Math.ceil(timeout / 1_000),
    connection: { statement_timeout: timeout, ...customPlans },
  })
  return {
    register: (sink) => register(sql, sink),
    async claim(sink, holder, own, hold) {
      const rows = await claim(sql, sink, holder, own, hold)
      return rows.map(({ stream, month, seq }) => ({ stream, month: month.getTime(), seq: Number(seq) }))
    },
    async save(sink, holder, progress, hold) {
      const rows = await sql<{ stream: string }[]>`
        update audit.sink_positions as position set seq = given.seq, finished = given.finished,
          held_until = now() + make_interval(secs => ${hold / 1_000})
        from json_to_recordset(${JSON.stringify(progress)}::text::json) as given(stream uuid, seq bigint, finished boolean)
        where position.sink = ${sink} and position.stream = given.stream and position.held_by = ${holder}
        returning position.stream`
      return rows.map(({ stream }) => stream)
    },
    lastSeq: async ({ stream, month }) => (await lastEvent(sql, { id: stream, month })).seq,
    async read({ stream, month, seq }, limit) {
      const rows = await sql<EventRow[]>`
        select id, seq, at, kind, canonical from audit.events
        where stream = ${stream} and seq > ${seq} and at >= ${new Date(month)} and at <= ${new Date(endOfMonth(month))}
        order by seq limit ${limit}`
      return withoutGap(
        rows.map((row) => ({ ...row, stream, seq: Number(row.seq), moment: row.at.getTime() })),
        seq,
      )
    },
    async storeDeadLetter(sink, { stream, seq, id }, reason) {
      await sql`
        insert into audit.sink_dead_letters (sink, stream, seq, event, reason)
        values (${sink}, ${stream}, ${seq}, ${id}, ${reason}) on conflict do nothing`
    },
    close: () => sql.end({ timeout: 1 }),
  }
}

/** On first registration, sets the start position of open streams to their current end, in one statement. */
async function register(sql: Sql, sink: string): Promise<void> {
  await sql`
    with known as (insert into audit.sinks (name) values (${sink}) on conflict (name) do nothing returning name)
    insert into audit.sink_positions (sink, stream, month, seq)
    select known.name, open.id, open.month, coalesce((
      select seq from audit.events where stream = open.id and at >= open.month and at < open.month + interval '32 days'
      order by seq desc limit 1), 0)
    from known, audit.streams as open where open.closed_at is null and open.adopted_by is null
    on conflict (sink, stream) do nothing`
}

/**
 * A stream is free if its hold has expired. A new stream is left to its own process for a minute, unless it is
 * closed. Streams of months that began more than three months ago are ignored.
 */
function claim(sql: Sql, sink: string, holder: string, own: readonly string[], hold: number) {
  return sql<{ stream: string; month: Date; seq: string }[]>`
    with own as materialized (
      select value::uuid as stream from json_array_elements_text(${JSON.stringify(own)}::text::json)
    ), free as materialized (
      select position.stream, position.month from audit.sink_positions as position
      where position.sink = ${sink} and not position.finished and position.held_until < now()
        and position.month > now() - interval '3 months'
      union all
      select stream.id, stream.month from audit.sinks as sink, audit.streams as stream
      where sink.name = ${sink} and stream.opened_at >= sink.since and stream.month > now() - interval '3 months'
        and (stream.id in (select own.stream from own) or stream.closed_at is not null
          or stream.opened_at < now() - interval '1 minute')
        and not exists (
          select from audit.sink_positions as known where known.sink = ${sink} and known.stream = stream.id)
    )
    insert into audit.sink_positions as position (sink, stream, month, held_by, held_until)
    select ${sink}, free.stream, free.month, ${holder}, now() + make_interval(secs => ${hold / 1_000})
    from free order by free.stream limit 100
    on conflict (sink, stream) do update set held_by = excluded.held_by, held_until = excluded.held_until
      where position.held_until < now() and not position.finished
    returning position.stream, position.month, position.seq`
}

/** Stops at a gap, which closes when events from a fallback file are imported. */
function withoutGap(events: readonly SinkEvent[], seq: number): SinkEvent[] {
  const whole: SinkEvent[] = []
  let next = seq + 1
  for (const event of events) {
    if (event.seq > next) break
    if (event.seq < next) continue
    whole.push(event)
    next++
  }
  return whole
}
