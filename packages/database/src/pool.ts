import postgres, { type Options, type Sql } from 'postgres'
import { guardTransactions } from './transactions.ts'

export type PoolOptions = Omit<Options<Record<string, never>>, 'fetch_types' | 'onnotice'>

/** postgres.js, whose transactions fail when their connection breaks. Connects at the first query, within 10 s unless said otherwise. */
export function openPool(url: string, options: PoolOptions): Sql {
  const closings = { count: 0 }
  const sql = postgres(url, {
    connect_timeout: 10,
    ...options,
    // A connection that breaks during that query would be an unhandled rejection, the end of the process.
    fetch_types: false,
    onnotice() {},
    onclose(connection) {
      closings.count++
      options.onclose?.(connection)
    },
  })
  return guardTransactions(sql, closings)
}
