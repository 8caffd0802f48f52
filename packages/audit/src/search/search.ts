import { ConnectionBroken, openPool } from '@rack-gateway/database'
import postgres, { type Sql } from 'postgres'
import { NoSuchEvent, SearchTooBroad } from '../errors.ts'
import { momentOf } from '../uuid.ts'
import { cursorAt, placeAt } from './cursor.ts'
import type { FilterQuery } from './filter-query.ts'
import { type AuditFilters, readFilters } from './filters.ts'
import { type EventRow, type FoundEvent, foundEvent } from './found-event.ts'
import {
  acknowledgementsQuery,
  eventQuery,
  exportQuery,
  type Facets,
  facetPageQuery,
  facetsQuery,
  hasFacet,
  isFacetAlone,
  isSorted,
  type PagePart,
  pageQuery,
  type Query,
  recentPageQuery,
} from './query.ts'
import { createSlots, type Slots } from './slots.ts'
import { unbroken } from './unbroken.ts'

export interface AuditSearchOptions {
  /** The runtime login. */
  readonly url: string
  /** Milliseconds after which a search is ended. Default 5,000. */
  readonly timeout?: number
}

export interface FoundPage {
  readonly items: readonly FoundEvent[]
  /** For the next page; null on the last one. */
  readonly next: string | null
}

/** The audit log as an auditor reads it. */
export interface AuditSearch {
  /** The newest events that fit. @throws InvalidFilter, InvalidAuditCursor, SearchTooBroad, SearchBusy */
  page(query: FilterQuery, page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<FoundPage>
  /** @throws NoSuchEvent, SearchBusy */
  event(id: string): Promise<FoundEvent>
  /**
   * All that fit as of now, in the order of time, in batches: the next is read when the one before was taken.
   * @throws InvalidFilter at once, SearchBusy with the first batch
   */
  all(query: FilterQuery): AsyncIterable<readonly FoundEvent[]>
  /** Who has acknowledged alarms, of at most 200: by the alarm's id, the first event that says so. @throws SearchBusy */
  acknowledgements(ids: readonly string[]): Promise<ReadonlyMap<string, FoundEvent>>
  /** For statements of its own; under the same limits. */
  readonly sql: Sql
  close(): Promise<void>
}

/** Connections that nothing else uses: an auditor's search never stands before a call. */
const connections = 4
/** Searches that run or wait for a connection. */
const mostSearches = 16
const mostExports = 2
const batchSize = 500
/** How many of the newest are looked at before others: for what is found in no order, and for what may be in many places. */
const recent = { sorted: 25_000, facets: 2_000 }

export function createAuditSearch({ url, timeout = 5_000 }: AuditSearchOptions): AuditSearch {
  const sql = connect(url, { max: connections, timeout, name: 'rack-gateway audit search' })
  const searches = createSlots(mostSearches, 'searches of the audit log')
  const exports = createSlots(mostExports, 'exports of the audit log')

  async function bounded(work: () => Promise<EventRow[]>): Promise<FoundEvent[]> {
    const giveBack = searches.take()
    try {
      return (await work()).map(foundEvent)
    } catch (error) {
      throw isCancelled(error) ? new SearchTooBroad(timeout / 1_000) : error
    } finally {
      giveBack()
    }
  }

  async function pageRows(filters: AuditFilters, part: PagePart): Promise<EventRow[]> {
    if (isSorted(filters) || isFacetAlone(filters)) {
      const newest = isSorted(filters) ? recent.sorted : recent.facets
      const rows = await run(sql, recentPageQuery(filters, part, newest))
      if (rows.length === part.limit) return rows
    }
    if (!hasFacet(filters)) return run(sql, pageQuery(filters, part))
    const facets = await facetsOf(sql, filters)
    if (facets.length === 0) return []
    return run(sql, isFacetAlone(filters) ? facetPageQuery(filters, part, facets) : pageQuery(filters, part, facets))
  }

  return {
    sql,
    async page(query, { limit, cursor }) {
      const filters = readFilters(query)
      const before = cursor === undefined ? {} : { before: placeAt(cursor, query) }
      const found = await bounded(() => pageRows(filters, { limit: limit + 1, ...before }))
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next: found.length > limit && last ? cursorAt(last.place, query) : null }
    },
    async event(id) {
      const moment = momentOf(id)
      const [found] = moment === null ? [] : await bounded(() => run(sql, eventQuery(id, moment)))
      if (!found) throw new NoSuchEvent(id)
      return found
    },
    async acknowledgements(ids) {
      const found = ids.length === 0 ? [] : await bounded(() => run(sql, acknowledgementsQuery(ids)))
      const byAlarm = found.map((event) => [event.event.of ?? '', event] as const)
      // The last of a map's values of one key stays.
      return new Map(byAlarm)
    },
    all(query) {
      return readAll(url, readFilters(query), exports)
    },
    close: () => sql.end({ timeout: 1 }),
  }
}

/** One snapshot, so one moment of the log. Rows are sent when they are wanted, on a connection of its own. */
async function* readAll(url: string, filters: AuditFilters, slots: Slots): AsyncGenerator<FoundEvent[]> {
  const giveBack = slots.take()
  const breaking = new AbortController()
  const onclose = () => breaking.abort(new ConnectionBroken())
  const sql = connect(url, { max: 1, timeout: 0, name: 'rack-gateway audit export', onclose })
  try {
    await sql`begin isolation level repeatable read read only`
    const facets = hasFacet(filters) ? await facetsOf(sql, filters) : undefined
    // By the index, in its order: a table of this size isn't sorted first.
    if (!isSorted(filters) && !facets) await sql`set enable_sort = off`
    const { text, values } = exportQuery(filters, facets)
    const batches = sql
      .unsafe<EventRow[]>(text, [...values])
      .cursor(batchSize)
      [Symbol.asyncIterator]()
    for await (const batch of unbroken(batches, breaking.signal)) yield batch.map(foundEvent)
  } finally {
    giveBack()
    await sql.end({ timeout: 1 })
  }
}

async function facetsOf(sql: Sql, filters: AuditFilters): Promise<Facets> {
  const { text, values } = facetsQuery(filters)
  const rows = await sql.unsafe<{ facet: string }[]>(text, [...values])
  return rows.map(({ facet }) => facet)
}

function run(sql: Sql, { text, values }: Query): Promise<EventRow[]> {
  return sql.unsafe<EventRow[]>(text, [...values])
}

/** Of PostgreSQL: `query_canceled`, which is how it ends a statement that took too long. */
function isCancelled(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === '57014'
}

interface ConnectionOptions {
  readonly max: number
  /** Milliseconds that a statement may take; 0: as long as it takes. */
  readonly timeout: number
  readonly name: string
  readonly onclose?: () => void
}

function connect(url: string, { max, timeout, name, onclose }: ConnectionOptions): Sql {
  return openPool(url, {
    max,
    ...(onclose && { onclose }),
    // A statement is planned for its values: a rare name wants another way than a common one.
    prepare: false,
    connect_timeout: 5,
    idle_timeout: 30,
    connection: {
      application_name: name,
      statement_timeout: timeout,
      default_transaction_read_only: true,
      plan_cache_mode: 'force_custom_plan',
    },
  })
}
