import type { Sql } from 'postgres'
import { monthAfter } from '../months/calendar-month.ts'
import type { FilterQuery } from './filter-query.ts'
import { readFilters } from './filters.ts'
import { type FollowPosition, positionText, readFollowPosition } from './follow-position.ts'
import { type EventRow, type FoundEvent, foundEvents } from './found-event.ts'
import { streamQuery } from './query.ts'
import { runQuery } from './run-query.ts'

export interface FollowedEvent {
  readonly event: FoundEvent
  /** Position after this event. */
  readonly position: string
}

export interface FollowedBatch {
  /** Ordered by time, and within a stream by number. */
  readonly events: readonly FollowedEvent[]
  /** Position after the batch. */
  readonly position: string
  /** Event numbers that are still missing after half a minute, although later numbers exist. */
  readonly gaps: readonly Gap[]
  /** Whether more events may be available at once. */
  readonly full: boolean
}

export interface Gap {
  readonly stream: string
  readonly from: number
  readonly to: number
}

export interface Follower {
  /** Position before the next batch. */
  position(): string
  /** Events that became durable since the last call, on any replica. */
  next(): Promise<FollowedBatch>
}

/** A followed stream: the bounds of its month, and the number `seq` of the last event that was read. */
interface FollowedStream {
  readonly from: Date
  readonly to: Date
  seq: number
  /** Time when the next event was first missing, by `performance.now()`. */
  missingSince: number | null
  /** Time when the stream was first seen as ended, in milliseconds since the epoch by the database's clock. */
  endedSince: number | null
}

interface Progress {
  readonly stream: string
  /** The number of the last event before a gap in the numbers; null if the gap begins with the next number. */
  readonly lastBeforeGap: number | null
  /** The number of the first event after the gap; null without a gap. */
  readonly firstAfterGap: number | null
  /** Whether `batchSize` events were searched, so that more events may follow. */
  readonly full: boolean
}

const batchSize = 500
/** A new stream may become visible this many milliseconds after its `opened_at`. */
const margin = 60_000
/** Milliseconds in which events may still reach an ended stream. */
const endGrace = 600_000
const gapTimeout = 30_000

/**
 * Follows the log by the event numbers of each stream. The numbers are consecutive, so the follower notices an event
 * that is not visible yet, and waits for it. After half a minute, the follower reports a gap instead.
 *
 * @param since an earlier `position`, or null to start now
 * @throws InvalidFilter, InvalidAuditCursor
 */
export async function createFollower(sql: Sql, query: FilterQuery, since: string | null): Promise<Follower> {
  const filters = readFilters(query)
  const start = since === null ? null : readFollowPosition(since)
  const streams = new Map<string, FollowedStream>()
  /** Time of the last search for new streams, in milliseconds since the epoch by the database's clock. */
  let knownUntil = start?.at ?? 0

  async function begin(): Promise<void> {
    if (start) return addStreams(await streamsOf(sql, start), start.streams)
    const open = await openStreams(sql)
    knownUntil = open.now
    for (const { id, month, last } of open.rows) streams.set(id, followed(month, last))
  }

  function addStreams({ now, rows }: Streams, from: ReadonlyMap<string, number>): void {
    knownUntil = now
    for (const { id, month } of rows) if (!streams.has(id)) streams.set(id, followed(month, from.get(id) ?? 0))
  }

  async function lookForStreams(): Promise<void> {
    const found = await streamsOf(sql, { at: knownUntil, streams: new Map([...streams].map(([id]) => [id, 0])) })
    addStreams(found, new Map())
    for (const { id, ended } of found.rows) {
      const state = streams.get(id)
      if (!state || !ended) continue
      state.endedSince ??= found.now
      if (found.now - state.endedSince > endGrace) streams.delete(id)
    }
  }

  /** @returns the number up to which to read a stream; null if its next number is missing */
  function readableUpTo(
    { lastBeforeGap, firstAfterGap, stream }: Progress,
    state: FollowedStream,
    gaps: Gap[],
  ): number | null {
    if (lastBeforeGap !== null) {
      state.missingSince = null
      return lastBeforeGap
    }
    state.missingSince ??= performance.now()
    if (firstAfterGap === null || performance.now() - state.missingSince < gapTimeout) return null
    gaps.push({ stream, from: state.seq + 1, to: firstAfterGap - 1 })
    state.missingSince = null
    state.seq = firstAfterGap - 1
    return null
  }

  const position = (): FollowPosition => ({
    at: knownUntil,
    streams: new Map([...streams].map(([id, { seq }]) => [id, seq])),
  })

  await begin()
  return {
    position: () => positionText(position()),
    async next() {
      await lookForStreams()
      const gaps: Gap[] = []
      const found: FoundEvent[] = []
      const before = position()
      let full = false
      for (const progress of await progressOf(sql, streams)) {
        const state = streams.get(progress.stream)
        const last = state && readableUpTo(progress, state, gaps)
        if (!state || last === null || last === undefined) continue
        const range = { stream: progress.stream, after: state.seq, upTo: last, month: state.from }
        const rows = await runQuery<EventRow>(sql, streamQuery(filters, { ...range, limit: batchSize }))
        found.push(...(await foundEvents(rows)))
        state.seq = rows.length === batchSize ? Number(rows.at(-1)?.seq) : last
        full ||= progress.full || rows.length === batchSize
      }
      return { events: inOrder(found, before), position: positionText(position()), gaps, full: full || gaps.length > 0 }
    },
  }
}

/** Adds to each event the position after it. */
function inOrder(found: readonly FoundEvent[], { at, streams }: FollowPosition): FollowedEvent[] {
  const seen = new Map(streams)
  const sorted = found.toSorted((one, other) => Number(one.position.at) - Number(other.position.at))
  return sorted.map((event) => {
    seen.set(event.position.stream, Number(event.position.seq))
    return { event, position: positionText({ at, streams: seen }) }
  })
}

function followed(month: Date, seq: number): FollowedStream {
  return { from: month, to: new Date(monthAfter(month.getTime())), seq, missingSince: null, endedSince: null }
}

interface Streams {
  /** The database's time, in milliseconds. */
  readonly now: number
  readonly rows: readonly { readonly id: string; readonly month: Date; readonly ended: boolean }[]
}

/** Open streams, and recent ended streams: `lookForStreams` would find those again, and read them from the beginning. */
async function openStreams(sql: Sql) {
  const rows = await sql<{ id: string; month: Date; last: string; now: Date }[]>`
    select s.id, s.month, now() as now, coalesce((
      select e.seq from audit.events e
      where e.stream = s.id and e.at >= s.month and e.at < s.month + interval '32 days' order by e.seq desc limit 1), 0) as last
    from audit.streams s
    where (s.closed_at is null and s.adopted_by is null) or s.opened_at >= now() - make_interval(secs => ${(2 * margin) / 1_000})`
  const now = rows[0]?.now.getTime() ?? (await databaseNow(sql))
  return { now, rows: rows.map(({ id, month, last }) => ({ id, month, last: Number(last) })) }
}

/** The streams of a position, and the streams that began after it. */
async function streamsOf(sql: Sql, { at, streams }: FollowPosition): Promise<Streams> {
  const known = JSON.stringify([...streams.keys()])
  const rows = await sql<{ id: string; month: Date; ended: boolean; now: Date }[]>`
    select id, month, closed_at is not null or adopted_by is not null as ended, now() as now from audit.streams
    where opened_at >= ${new Date(at - margin)}
      or id in (select value::uuid from json_array_elements_text(${known}::text::json))`
  return { now: rows[0]?.now.getTime() ?? (await databaseNow(sql)), rows }
}

async function databaseNow(sql: Sql): Promise<number> {
  const [row] = await sql<{ now: Date }[]>`select now() as now`
  return row?.now.getTime() ?? 0
}

/**
 * The progress of each stream within its next `batchSize` events. Without a gap, the number of an event is the last read
 * number plus the position of its row (`nth`). After a gap, it is larger.
 */
async function progressOf(sql: Sql, streams: ReadonlyMap<string, FollowedStream>): Promise<Progress[]> {
  const wanted = JSON.stringify([...streams].map(([stream, { seq, from, to }]) => ({ stream, seq, from, to })))
  const rows = await sql<{ stream: string; before_gap: string | null; after_gap: string | null; count: string }[]>`
    select wanted.stream, next.before_gap, next.after_gap, next.count
    from json_to_recordset(${wanted}::text::json) as wanted(stream uuid, seq bigint, "from" timestamptz, "to" timestamptz)
    cross join lateral (
      select max(seq) filter (where seq - nth = wanted.seq) as before_gap,
        min(seq) filter (where seq - nth > wanted.seq) as after_gap, count(*)
      from (
        select e.seq, row_number() over (order by e.seq) as nth from audit.events e
        where e.stream = wanted.stream and e.seq > wanted.seq and e.at >= wanted."from" and e.at < wanted."to"
        order by e.seq limit ${batchSize}
      ) as numbered
    ) as next
    where next.count > 0`
  return rows.map(({ stream, before_gap: before, after_gap: after, count }) => ({
    stream,
    lastBeforeGap: before === null ? null : Number(before),
    firstAfterGap: after === null ? null : Number(after),
    full: Number(count) === batchSize,
  }))
}
