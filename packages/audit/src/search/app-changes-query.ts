import { eventColumns, type PageBounds, type Query } from './query.ts'

export interface ChangedApp {
  readonly rack: string
  readonly app: string
}

/** Matches the condition of the index `events_changes`. */
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

export function changesPageQuery(app: ChangedApp, { limit, before }: PageBounds): Query {
  const moment = "timestamptz 'epoch' + $4::bigint * interval '1 microsecond'"
  const position = before ? [before.at, before.stream, before.seq] : []
  return {
    text: `select ${eventColumns} from audit.events e
      where e.rack = $1 and e.app = $2 and ${isChange}
      ${before ? `and e.at <= ${moment} and (e.at, e.stream, e.seq) < (${moment}, $5::uuid, $6::bigint)` : ''}
      order by e.at desc, e.stream desc, e.seq desc limit $3`,
    values: [app.rack, app.app, limit, ...position],
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

/** An array in the text form of PostgreSQL. The driver cannot send arrays, because it does not know their types. */
function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
}
