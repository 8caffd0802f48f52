import type { AuditEvent } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import type { AuditQuery } from '../filter/filter-query.ts'
import type { Entry } from './collapse.ts'

/** Contains the previous position, so that a page that was dropped can be loaded again. */
export interface PagePosition {
  /** `undefined` for the first page. */
  readonly cursor: string | undefined
  readonly previous: PagePosition | null
}

/** The maximum of the management API. */
export const pageSize = 200

/** Limits the list to 20,000 rows, more than anybody reads. Browsers cannot draw a million rows. */
export const maxPages = 100

/**
 * Newest first. Nothing is loaded again automatically, so that the list does not move while a person reads it.
 *
 * @param loadedAt a new time loads the list again, also for a query without a relative time
 */
export function eventsQuery(query: AuditQuery | null, loadedAt: number, maxLoadedPages = maxPages) {
  return infiniteQueryOptions({
    queryKey: ['audit', 'events', query, loadedAt],
    async queryFn({ pageParam, signal }) {
      const { cursor } = pageParam
      const { items, next } = await get('/audit/events', { query: { ...query, limit: pageSize, cursor } }, signal)
      return { entries: items.map(toEntry), next }
    },
    initialPageParam: { cursor: undefined, previous: null } as PagePosition,
    getNextPageParam: ({ next }, _pages, previous) => (next === null ? undefined : { cursor: next, previous }),
    getPreviousPageParam: (_page, _pages, first) => first.previous,
    maxPages: maxLoadedPages,
    enabled: query !== null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
}

/** docs/reference/events.md describes all fields of an event. */
export function toEntry({ id, writtenAt, event }: { id: string; writtenAt: string; event: object }): Entry {
  return { id, writtenAt, event: event as AuditEvent }
}

/** @returns each event once, newest first */
export function mergeEntries(followed: readonly Entry[], loaded: readonly Entry[]): readonly Entry[] {
  if (followed.length === 0) return loaded
  const all = new Map([...followed, ...loaded].map((entry) => [entry.id, entry]))
  return [...all.values()].sort((one, other) =>
    one.event.at === other.event.at ? 0 : one.event.at < other.event.at ? 1 : -1,
  )
}
