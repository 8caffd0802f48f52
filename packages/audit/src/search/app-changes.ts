import type { Sql } from 'postgres'
import { type ChangedApp, changesOfRoutesQuery, changesPageQuery, lastChangesQuery } from './app-changes-query.ts'
import { pageOf, readCursor } from './cursor.ts'
import { type EventRow, type FoundEvent, type FoundPage, foundEvents } from './found-event.ts'
import type { Query } from './query.ts'
import { runQuery } from './run-query.ts'

export interface SearchedChanges {
  /** Newest first. */
  readonly events: readonly FoundEvent[]
  /** Whether every change of the app was searched. */
  readonly complete: boolean
}

/** Finds successful changes of apps: outcomes with a status below 400. */
export interface AppChanges {
  /** The last change of each app since a time, by the name of the app. */
  last(rack: string, apps: readonly string[], since: Date): Promise<ReadonlyMap<string, FoundEvent>>
  /** @throws InvalidAuditCursor */
  page(app: ChangedApp, page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<FoundPage>
  /** The changes of these routes among the newest changes of an app. */
  ofRoutes(app: ChangedApp, routes: readonly string[]): Promise<SearchedChanges>
}

/** Changes that `ofRoutes` reads, at most. */
const maxSearchedChanges = 2_000

/** @param run limits the number of concurrent searches, and their duration */
export function createAppChanges(sql: Sql, run: <T>(work: () => Promise<T>) => Promise<T>): AppChanges {
  const rowsOf = <R extends object>(query: Query): Promise<R[]> => run(() => runQuery<R>(sql, query))

  return {
    async last(rack, apps, since) {
      const rows = await rowsOf<EventRow & { app: string }>(lastChangesQuery(rack, apps, since))
      const events = await foundEvents(rows)
      return new Map(rows.flatMap(({ app }, index) => (events[index] ? [[app, events[index]]] : [])))
    },
    async page({ rack, app }, { limit, cursor }) {
      const filters = { rack, app }
      const before = cursor === undefined ? {} : { before: readCursor(cursor, filters) }
      const rows = await rowsOf<EventRow>(changesPageQuery(filters, { limit: limit + 1, ...before }))
      return pageOf(await foundEvents(rows), limit, filters)
    },
    async ofRoutes(app, routes) {
      const rows = await rowsOf<EventRow & { wanted: boolean }>(changesOfRoutesQuery(app, routes, maxSearchedChanges))
      return {
        events: await foundEvents(rows.filter(({ wanted }) => wanted)),
        complete: rows.length < maxSearchedChanges,
      }
    },
  }
}
