import postgres, { type Options, type Sql } from 'postgres'
import { guardTransactions } from './transactions.ts'

/** Plain data, so that a worker thread can open the pool itself. The URL contains the password. */
export interface PoolSettings {
  readonly url: string
  /** The maximum number of connections, which are opened when needed. Default 1. */
  readonly max?: number
  /** Shown in `pg_stat_activity`. Default `rack-gateway`. */
  readonly applicationName?: string
}

/** Options of a pool that do not depend on the process that opens it. */
export type PoolOptions = Omit<Options<Record<string, never>>, 'fetch_types' | 'max' | 'onnotice'>

/**
 * Connection parameters for queries that read a range of times. After five executions, PostgreSQL can plan a prepared
 * statement without its parameters, and assumes that each range contains one row in 200. It would then read a whole
 * month for each page of events.
 */
export const customPlans = { plan_cache_mode: 'force_custom_plan' } as const

/** A postgres.js pool whose transactions fail if their connection breaks. Connects at the first query. */
export function openPool(
  { url, max = 1, applicationName = 'rack-gateway' }: PoolSettings,
  options: PoolOptions = {},
): Sql {
  const closings = { count: 0 }
  const sql = postgres(url, {
    connect_timeout: 10,
    ...options,
    max,
    connection: { ...options.connection, application_name: applicationName },
    // If the connection broke during the query for types, the unhandled rejection of postgres.js would end the process.
    fetch_types: false,
    onnotice() {},
    onclose(connection) {
      closings.count++
      options.onclose?.(connection)
    },
  })
  return guardTransactions(sql, closings)
}
