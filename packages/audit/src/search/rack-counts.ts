import type { Sql } from 'postgres'
import { type Query, textArray } from './query.ts'
import { runQuery } from './run-query.ts'

export interface CountedRacks {
  readonly racks: readonly string[]
  readonly since: Date
  /** Counts only the calls of this principal. */
  readonly principal?: string
}

export interface RackCounts {
  /** By the name of the rack. Leaves out racks without a call. */
  readonly counts: ReadonlyMap<string, { readonly requests: number; readonly denied: number }>
  /** False if there are more calls than were counted. */
  readonly complete: boolean
}

export interface RackCountsOptions {
  /** Limits the number of concurrent searches, and their duration. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>
  /** Calls that are counted, at most: the newest. */
  readonly maxCalls: number
}

interface Row {
  readonly rack: string
  readonly requests: number
  readonly denied: number
}

/** Counts the calls of racks since a time. */
export async function countRackCalls(
  sql: Sql,
  counted: CountedRacks,
  { run, maxCalls }: RackCountsOptions,
): Promise<RackCounts> {
  const rows = await run(() => runQuery<Row>(sql, rackCountsQuery(counted, maxCalls)))
  return {
    counts: new Map(rows.map(({ rack, ...counts }) => [rack, counts])),
    complete: rows.reduce((sum, { requests }) => sum + requests, 0) < maxCalls,
  }
}

/** Counts the first event of each call. Its outcome repeats the decision. */
export function rackCountsQuery({ racks, since, principal }: CountedRacks, limit: number): Query {
  return {
    text: `select e.rack, count(*)::int as requests, (count(*) filter (where e.effect = 'deny'))::int as denied from (
        select e.rack, e.effect from audit.events e
        where e.at >= $1 and e.rack = any($2::text[]) and e.effect is not null and e.kind not in ('outcome', 'closed')
        ${principal === undefined ? '' : 'and e.principal = $4'} order by e.at desc limit $3
      ) e group by e.rack`,
    values: [since, textArray(racks), limit, ...(principal === undefined ? [] : [principal])],
  }
}
