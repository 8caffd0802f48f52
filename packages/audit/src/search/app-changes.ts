import type { Sql } from 'postgres'
import {
  type ChangeAuthor,
  type ChangedApp,
  changedAppsQuery,
  changesOfRoutesQuery,
  changesPageQuery,
  lastChangesQuery,
  lastOfRouteQuery,
  ownAppsQuery,
  ownChangesPageQuery,
} from './app-changes-query.ts'
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

interface PageOptions {
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface TimedApp extends ChangedApp {
  readonly at: Date
}

/** The last change of an app by a route. */
export interface LastOfRoute extends TimedApp {
  /** The name of the principal; null if the event names none. */
  readonly name: string | null
}

/** Finds successful changes of apps: outcomes with a status below 400. */
export interface AppChanges {
  /** The last change of each app since a time, by the name of the app. */
  last(rack: string, apps: readonly string[], since: Date): Promise<ReadonlyMap<string, FoundEvent>>
  /** @throws InvalidAuditCursor */
  page(app: ChangedApp, page: PageOptions): Promise<FoundPage>
  /** The changes of these routes among the newest changes of an app. */
  ofRoutes(app: ChangedApp, routes: readonly string[]): Promise<SearchedChanges>
  /** The changes of racks and apps by a principal, newest first. @throws InvalidAuditCursor */
  ownPage(author: ChangeAuthor, page: PageOptions): Promise<FoundPage>
  /** The apps among the newest 500 changes of a principal, with the time of the last change, newest first. */
  ownApps(author: ChangeAuthor): Promise<readonly TimedApp[]>
  /** At most 100 apps of each rack that have a change. */
  changedApps(racks: readonly string[]): Promise<readonly ChangedApp[]>
  /** The last change of each app by a route, among the newest 500 changes of the app. Leaves out apps without one. */
  lastOfRoute(apps: readonly ChangedApp[], route: string): Promise<readonly LastOfRoute[]>
}

/** Changes that `ofRoutes` reads, at most. */
const maxSearchedChanges = 2_000
/** Changes that `ownApps` and, of each app, `lastOfRoute` read, at most. */
const newestChanges = 500
const appsPerRack = 100

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
    async ownPage(author, { limit, cursor }) {
      const { principal, rack } = author
      const filters = { principal, ...(rack !== null && { rack }) }
      const before = cursor === undefined ? {} : { before: readCursor(cursor, filters) }
      const rows = await rowsOf<EventRow>(ownChangesPageQuery(author, { limit: limit + 1, ...before }))
      return pageOf(await foundEvents(rows), limit, filters)
    },
    ownApps: (author) => rowsOf<TimedApp>(ownAppsQuery(author, newestChanges)),
    changedApps: (racks) => rowsOf<ChangedApp>(changedAppsQuery(racks, appsPerRack)),
    lastOfRoute: (apps, route) => rowsOf<LastOfRoute>(lastOfRouteQuery(apps, route, newestChanges)),
  }
}
