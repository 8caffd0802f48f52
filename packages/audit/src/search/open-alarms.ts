import type { Sql } from 'postgres'
import { alarmKinds } from '../events/alarm-events.ts'
import type { EventKind } from '../events/event.ts'
import { readFilters } from './filters.ts'
import { type Facets, facetPageQuery, type Query } from './query.ts'
import { facetsOf, nullIfCanceled, runQuery } from './run-query.ts'

/** Alarms that are counted for each kind, at most. */
const maxAlarms = 1_000

/** The checkpointer counts inconsistencies, because several processes can report the same inconsistency. */
const eventAlarms = alarmKinds.filter((kind) => kind !== 'audit.inconsistent')

/**
 * Counts unacknowledged alarms other than inconsistencies.
 *
 * @returns null if a statement took too long
 */
export async function countOpenAlarms(sql: Sql): Promise<number | null> {
  const counts = await nullIfCanceled(Promise.all(eventAlarms.map((kind) => countOpen(sql, kind))))
  return counts?.reduce((sum, count) => sum + count, 0) ?? null
}

async function countOpen(sql: Sql, kind: EventKind): Promise<number> {
  const facets = await facetsOf(sql, readFilters({ kind }))
  if (facets.length === 0) return 0
  const [row] = await runQuery<{ count: number }>(sql, openAlarmsQuery(kind, facets))
  return row?.count ?? 0
}

export function openAlarmsQuery(kind: EventKind, facets: Facets): Query {
  const { text, values } = facetPageQuery(readFilters({ kind }), { limit: maxAlarms }, facets)
  return {
    text: `select count(*)::int as count from (${text}) e
      where not exists (select 1 from audit.events a where a.of_event = e.id and a.kind = 'alarm.acknowledged')`,
    values,
  }
}
