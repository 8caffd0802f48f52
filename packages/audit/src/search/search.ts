import { ConnectionBroken, customPlans, openPool, type PoolSettings } from '@rack-gateway/database'
import type { Sql } from 'postgres'
import { ChangeSearchTooSlow, NoSuchEvent, SearchTooBroad } from '../errors/errors.ts'
import { timeOfUuid } from '../events/uuid.ts'
import { type AppChanges, createAppChanges } from './app-changes.ts'
import { type ConcurrencyLimit, unlimited } from './concurrency-limit.ts'
import { pageOf, readCursor } from './cursor.ts'
import type { FilterQuery } from './filter-query.ts'
import { type AuditFilters, readFilters } from './filters.ts'
import { type EventRow, type FoundEvent, type FoundPage, foundEvents } from './found-event.ts'
import { createGrantEvents, type GrantEvents } from './grant-events.ts'
import { type CountRow, countEvents, type Histogram, readHistogramRange } from './histogram.ts'
import {
  acknowledgmentsQuery,
  type CountedRange,
  canUseFacets,
  countQuery,
  eventQuery,
  exportQuery,
  type Facets,
  facetPageQuery,
  needsFacetIndex,
  needsSort,
  neighborsQuery,
  type PageBounds,
  pageQuery,
  recentPageQuery,
  splitGroup,
} from './query.ts'
import { type CountedRacks, countRackCalls, type RackCounts } from './rack-counts.ts'
import { facetsOf, isCanceled, nullIfCanceled, runQuery } from './run-query.ts'
import { throwOnDisconnect } from './throw-on-disconnect.ts'

export interface AuditSearchPools {
  /** Dedicated connections, so that no call waits for a search. */
  readonly searches: PoolSettings
  /** One connection. Each export opens this pool. */
  readonly exports: PoolSettings
}

export interface AuditSearchOptions {
  /** The pools, with the runtime login. */
  readonly pools: AuditSearchPools
  /** Milliseconds until a search is canceled. Default 5,000. */
  readonly timeout?: number
  /** Events that a histogram counts, at most. Default 1,000,000. */
  readonly maxCounted?: number
  /** Milliseconds after which a histogram begins no further statement. Default 2,000. */
  readonly countingTime?: number
  /** Limits of concurrent work. Default: unlimited. */
  readonly limits?: {
    readonly searches: ConcurrencyLimit
    readonly exports: ConcurrencyLimit
    readonly changeSearches: ConcurrencyLimit
  }
}

/**
 * IDs of the events directly before and after an event, or null. A neighbor in a session has the same session or API
 * token as the event. In each direction, the search covers the 1,000 nearest events of the principal.
 */
export interface Neighbors {
  readonly previousInStream: string | null
  readonly nextInStream: string | null
  readonly previousInSession: string | null
  readonly nextInSession: string | null
}

/** Limits concurrent searches: of all callers together, and of each caller. */
export interface SharedAuditSearch {
  forCaller(caller: string): AuditSearch
  /** For other statements. Has the timeout of a search. */
  readonly sql: Sql
  close(): Promise<void>
}

export interface AuditSearch {
  /** The newest matching events. @throws InvalidFilter, InvalidAuditCursor, SearchTooBroad, SearchBusy */
  page(query: FilterQuery, page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<FoundPage>
  /** @throws NoSuchEvent, SearchTooBroad, SearchBusy */
  event(id: string): Promise<FoundEvent>
  /** @throws SearchTooBroad, SearchBusy */
  neighbors(event: FoundEvent): Promise<Neighbors>
  /**
   * Counts matching events by time and result, the newest first. Stops at a limit of events or of time.
   *
   * @param now milliseconds since the epoch: the end of the range, unless the query has one
   * @param maxBuckets at least 2
   * @throws InvalidFilter, SearchTooBroad, SearchBusy
   */
  histogram(query: FilterQuery, options: { readonly now: number; readonly maxBuckets: number }): Promise<Histogram>
  /**
   * All events that match now, in time order, in batches. Reads the next batch only after the consumer has taken the
   * previous one.
   * @throws InvalidFilter at once, SearchBusy with the first batch
   */
  all(query: FilterQuery): AsyncIterable<readonly FoundEvent[]>
  /** The first acknowledgment of each alarm, by alarm ID. @throws SearchTooBroad, SearchBusy */
  acknowledgments(ids: readonly string[]): Promise<ReadonlyMap<string, FoundEvent>>
  /** @throws InvalidAuditCursor, SearchTooBroad, SearchBusy */
  readonly grantEvents: GrantEvents
  /**
   * Has a separate limit, so that readers of apps do not use up the searches of auditors.
   * @throws ChangeSearchTooSlow, SearchBusy
   */
  readonly appChanges: AppChanges
  /**
   * Counts the newest 100,000 calls of racks since a time. Has the limit of `appChanges`.
   * @throws ChangeSearchTooSlow, SearchBusy
   */
  countRackCalls(counted: CountedRacks): Promise<RackCounts>
  /** For other statements. Has the timeout of a search. */
  readonly sql: Sql
}

/** Calls that `countRackCalls` counts, at most. */
const maxRackCalls = 100_000
/** Events of an export in one batch, which is formatted in one turn of the event loop. */
const batchSize = 100
/**
 * If no index lists all matches by time, a search first reads only this many of the newest events. Frequent matches fill
 * a page from these events. `facets`: the facet index lists the matches of each facet by time. `withoutTimeOrder`: no
 * index lists matches by time.
 */
const newestEventsReadFirst = { withoutTimeOrder: 25_000, facets: 2_000 }

export function createAuditSearch(options: AuditSearchOptions): SharedAuditSearch {
  const { pools, timeout = 5_000, maxCounted = 1_000_000, countingTime = 2_000 } = options
  const { searches = unlimited, exports = unlimited, changeSearches = unlimited } = options.limits ?? {}
  const sql = connect(pools.searches, { timeout })

  function count(filters: AuditFilters, range: CountedRange, facets?: Facets): Promise<CountRow[] | null> {
    return nullIfCanceled(runQuery<CountRow>(sql, countQuery(filters, range, facets)))
  }

  async function pageRows(filters: AuditFilters, bounds: PageBounds): Promise<EventRow[]> {
    const parts = splitGroup(filters)
    return parts === null ? rowsOfPart(filters, bounds) : mergedRows(filters, bounds, parts)
  }

  /** An event can match several parts. */
  async function mergedRows(
    filters: AuditFilters,
    bounds: PageBounds,
    parts: readonly AuditFilters[],
  ): Promise<EventRow[]> {
    const newest = needsSort(filters) ? newestEventsReadFirst.withoutTimeOrder : newestEventsReadFirst.facets
    const recent = await runQuery<EventRow>(sql, recentPageQuery(filters, bounds, newest))
    if (recent.length === bounds.limit) return recent
    const rows: EventRow[] = []
    for (const part of parts) rows.push(...(await rowsOfPart(part, bounds)))
    const unique = [...new Map(rows.map((row) => [`${row.stream} ${row.seq}`, row])).values()]
    return unique.sort((one, other) => compareRows(other, one)).slice(0, bounds.limit)
  }

  async function rowsOfPart(filters: AuditFilters, bounds: PageBounds): Promise<EventRow[]> {
    const isByFacet = needsFacetIndex(filters)
    if (needsSort(filters) || isByFacet) {
      const newest = needsSort(filters) ? newestEventsReadFirst.withoutTimeOrder : newestEventsReadFirst.facets
      const rows = await runQuery<EventRow>(sql, recentPageQuery(filters, bounds, newest))
      if (rows.length === bounds.limit) return rows
    }
    if (!isByFacet && !canUseFacets(filters)) return runQuery<EventRow>(sql, pageQuery(filters, bounds))
    const facets = await facetsOf(sql, filters)
    if (facets.length === 0) return []
    return runQuery<EventRow>(
      sql,
      isByFacet ? facetPageQuery(filters, bounds, facets) : pageQuery(filters, bounds, facets),
    )
  }

  function forCaller(caller: string): AuditSearch {
    async function limited<T>(
      work: () => Promise<T>,
      { limit, TooSlow } = { limit: searches, TooSlow: SearchTooBroad },
    ): Promise<T> {
      const release = limit.acquire(caller)
      try {
        return await work()
      } catch (error) {
        throw isCanceled(error) ? new TooSlow(timeout / 1_000) : error
      } finally {
        release()
      }
    }

    function limitedAsChanges<T>(work: () => Promise<T>): Promise<T> {
      return limited(work, { limit: changeSearches, TooSlow: ChangeSearchTooSlow })
    }

    async function findEvents(work: () => Promise<EventRow[]>): Promise<FoundEvent[]> {
      return foundEvents(await limited(work))
    }

    return {
      sql,
      appChanges: createAppChanges(sql, limitedAsChanges),
      grantEvents: createGrantEvents(sql, (work) => limited(work)),
      countRackCalls: (counted) => countRackCalls(sql, counted, { run: limitedAsChanges, maxCalls: maxRackCalls }),
      async page(query, { limit, cursor }) {
        const filters = readFilters(query)
        const before = cursor === undefined ? {} : { before: readCursor(cursor, query) }
        const events = await findEvents(() => pageRows(filters, { limit: limit + 1, ...before }))
        return pageOf(events, limit, query)
      },
      async event(id) {
        const moment = timeOfUuid(id)
        const [event] = moment === null ? [] : await findEvents(() => runQuery<EventRow>(sql, eventQuery(id, moment)))
        if (!event) throw new NoSuchEvent(id)
        return event
      },
      async neighbors({ position, event }) {
        const { id: principalId, credential } = event.principal ?? {}
        const session = principalId !== undefined && credential !== undefined ? { principalId, credential } : null
        const [row] = await limited(() => runQuery<Neighbors>(sql, neighborsQuery(position, session)))
        return row ?? noNeighbors
      },
      async histogram(query, { now, maxBuckets }) {
        const range = readHistogramRange(query, now, maxBuckets)
        const { filters } = range
        const startedAt = performance.now()
        return limited(async function countInRange() {
          const facets = canUseFacets(filters) ? await facetsOf(sql, filters) : undefined
          return countEvents(range, {
            maxEvents: maxCounted,
            isOverdue: () => performance.now() - startedAt > countingTime,
            count: (counted) => count(filters, counted, facets),
          })
        })
      },
      async acknowledgments(ids) {
        const acknowledgments =
          ids.length === 0 ? [] : await findEvents(() => runQuery<EventRow>(sql, acknowledgmentsQuery(ids)))
        const byAlarm = acknowledgments.map((event) => [event.event.of ?? '', event] as const)
        // The rows are sorted newest first, so the map keeps the oldest one per alarm.
        return new Map(byAlarm)
      },
      all(query) {
        return readAll(pools.exports, readFilters(query), () => exports.acquire(caller))
      },
    }
  }

  return { forCaller, sql, close: () => sql.end({ timeout: 1 }) }
}

/** By time, stream, and number, as `pageQuery` sorts the events of several streams. */
function compareRows(one: EventRow, other: EventRow): number {
  return (
    Number(BigInt(one.micros) - BigInt(other.micros)) ||
    (one.stream < other.stream ? -1 : one.stream > other.stream ? 1 : 0) ||
    Number(BigInt(one.seq) - BigInt(other.seq))
  )
}

const noNeighbors: Neighbors = {
  previousInStream: null,
  nextInStream: null,
  previousInSession: null,
  nextInSession: null,
}

/** Reads a snapshot of the log with a cursor, on its own connection. */
async function* readAll(
  pool: PoolSettings,
  filters: AuditFilters,
  acquire: () => () => void,
): AsyncGenerator<FoundEvent[]> {
  const release = acquire()
  const disconnected = new AbortController()
  const onclose = () => disconnected.abort(new ConnectionBroken())
  const sql = connect(pool, { timeout: 0, onclose })
  try {
    await sql`begin isolation level repeatable read read only`
    const facets = canUseFacets(filters) ? await facetsOf(sql, filters) : undefined
    // Makes PostgreSQL read in index order instead of sorting the table.
    if (!needsSort(filters) && !facets) await sql`set enable_sort = off`
    const batches = runQuery<EventRow>(sql, exportQuery(filters, facets)).cursor(batchSize)[Symbol.asyncIterator]()
    for await (const batch of throwOnDisconnect(batches, disconnected.signal)) yield await foundEvents(batch)
  } finally {
    release()
    await sql.end({ timeout: 1 })
  }
}

interface ConnectionOptions {
  /** Milliseconds per statement; 0 for no limit. */
  readonly timeout: number
  readonly onclose?: () => void
}

function connect(pool: PoolSettings, { timeout, onclose }: ConnectionOptions): Sql {
  return openPool(pool, {
    ...(onclose && { onclose }),
    // A search for a rare name needs another query plan than a search for a common name.
    prepare: false,
    connect_timeout: 5,
    idle_timeout: 30,
    connection: {
      statement_timeout: timeout,
      default_transaction_read_only: true,
      ...customPlans,
    },
  })
}
