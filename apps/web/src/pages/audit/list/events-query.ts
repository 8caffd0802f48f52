import type { AuditEvent } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import type { AuditQuery } from '../filter/filter-query.ts'
import type { Entry } from './collapse.ts'

/** A page of the list, and the page before it, so that dropped pages can be loaded again. */
export interface PagePosition {
  /** `undefined` for the first page. */
  readonly cursor: string | undefined
  readonly previous: PagePosition | null
}

/** The number of events in one page: the most that the management API returns. */
export const pageSize = 200

/** The largest number of loaded pages. Browsers cannot draw a million rows, and 20,000 rows are more than anybody reads. */
export const maxPages = 100

/** Matching events, newest first. Nothing is loaded again by itself, so that the list never moves while it is read. */
export function eventsQuery(query: AuditQuery | null, maxLoadedPages = maxPages) {
  return infiniteQueryOptions({
    queryKey: ['audit', 'events', query],
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

/** docs/reference/events.md describes all members of an event. */
export function toEntry({ id, writtenAt, event }: { id: string; writtenAt: string; event: object }): Entry {
  return { id, writtenAt, event: event as AuditEvent }
}

/** One list of loaded and of followed events, newest first, each once. */
export function mergeEntries(followed: readonly Entry[], loaded: readonly Entry[]): readonly Entry[] {
  if (followed.length === 0) return loaded
  const all = new Map([...followed, ...loaded].map((entry) => [entry.id, entry]))
  return [...all.values()].sort((one, other) =>
    one.event.at === other.event.at ? 0 : one.event.at < other.event.at ? 1 : -1,
  )
}
