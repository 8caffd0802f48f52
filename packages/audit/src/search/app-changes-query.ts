import { eventColumns, type PageBounds, type Query, textArray, type Value } from './query.ts'

export interface ChangedApp {
  readonly rack: string
  readonly app: string
}

/** Matches the condition of the indexes `events_changes` and `events_own_changes`. */
const isChange = "e.kind = 'outcome' and e.status < 400"

export function lastChangesQuery(rack: string, apps: readonly string[], since: Date): Query {
  return {
    text: `select wanted.app, ${eventColumns} from unnest($2::text[]) as wanted(app) cross join lateral (
        select e.* from audit.events e
        where e.rack = $1 and e.app = wanted.app and e.at >= $3 and ${isChange}
        order by e.at desc limit 1
      ) e`,
    values: [rack, textArray(apps), since],
  }
}

export function changesPageQuery(app: ChangedApp, bounds: PageBounds): Query {
  return changesPage('e.rack = $1 and e.app = $2', [app.rack, app.app], bounds)
}

/** The changes of a principal: on all racks, or on one. */
export interface ChangeAuthor {
  readonly principal: string
  readonly rack: string | null
}

export function ownChangesPageQuery({ principal, rack }: ChangeAuthor, bounds: PageBounds): Query {
  if (rack === null) return changesPage('e.principal = $1', [principal], bounds)
  return changesPage('e.principal = $1 and e.rack = $2', [principal, rack], bounds)
}

/** @param condition uses the placeholders `$1`, `$2`, and so on for `values` */
function changesPage(condition: string, values: readonly Value[], { limit, before }: PageBounds): Query {
  const next = values.length + 1
  const moment = `timestamptz 'epoch' + $${next + 1}::bigint * interval '1 microsecond'`
  const position = before ? [before.at, before.stream, before.seq] : []
  return {
    text: `select ${eventColumns} from audit.events e
      where ${condition} and ${isChange}
      ${before ? `and e.at <= ${moment} and (e.at, e.stream, e.seq) < (${moment}, $${next + 2}::uuid, $${next + 3}::bigint)` : ''}
      order by e.at desc, e.stream desc, e.seq desc limit $${next}`,
    values: [...values, limit, ...position],
  }
}

/** The apps among the newest changes of a principal, with the time of the principal's last change of each. */
export function ownAppsQuery({ principal, rack }: ChangeAuthor, newest: number): Query {
  return {
    text: `select e.rack, e.app, max(e.at) as at from (
        select e.rack, e.app, e.at from audit.events e
        where e.principal = $1 and ${isChange}${rack === null ? '' : ' and e.rack = $3'}
        order by e.at desc limit $2
      ) e where e.app is not null group by e.rack, e.app order by at desc`,
    values: [principal, newest, ...(rack === null ? [] : [rack])],
  }
}

/** The apps of each rack that have a change, in alphabetical order. Jumps through the index from one app to the next. */
export function changedAppsQuery(racks: readonly string[], appsPerRack: number): Query {
  const nextApp = (after: string) => `select e.app from audit.events e
    where e.rack = wanted.rack and ${after} and ${isChange} order by e.app limit 1`
  return {
    text: `select wanted.rack, found.app from unnest($1::text[]) as wanted(rack) cross join lateral (
        with recursive found as (
          (${nextApp("e.app > ''")})
          union all
          select (${nextApp('e.app > found.app')}) from found where found.app is not null
        )
        select app from found where app is not null limit $2
      ) found`,
    values: [textArray(racks), appsPerRack],
  }
}

/** The last change of each app by a route, among the newest changes of the app. */
export function lastOfRouteQuery(apps: readonly ChangedApp[], route: string, newest: number): Query {
  return {
    text: `select wanted.rack, wanted.app, last.at, last.name
      from unnest($1::text[], $2::text[]) as wanted(rack, app) cross join lateral (
        select e.at, e.principal_name as name from (
          select e.at, e.route, e.principal_name from audit.events e
          where e.rack = wanted.rack and e.app = wanted.app and ${isChange} order by e.at desc limit $4
        ) e where e.route = $3 order by e.at desc limit 1
      ) last`,
    values: [textArray(apps.map(({ rack }) => rack)), textArray(apps.map(({ app }) => app)), route, newest],
  }
}

/** The newest changes of an app. Only changes of `routes` include the canonical text, because reading it takes time. */
export function changesOfRoutesQuery(app: ChangedApp, routes: readonly string[], limit: number): Query {
  const isWanted = 'e.route = any($3::text[])'
  return {
    text: `select ${eventColumns.replace('e.canonical', `case when ${isWanted} then e.canonical else '{}' end as canonical`)},
        ${isWanted} as wanted
      from (
        select e.* from audit.events e where e.rack = $1 and e.app = $2 and ${isChange} order by e.at desc limit $4
      ) e order by e.at desc`,
    values: [app.rack, app.app, textArray(routes), limit],
  }
}
