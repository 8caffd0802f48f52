import postgres, { type Options, type Sql } from 'postgres'
import { guardTransactions } from './transactions.ts'

/** postgres.js, whose transactions fail when their connection breaks. Connects at the first query. */
export function openPool(url: string, options: Omit<Options<Record<string, never>>, 'onclose'>): Sql {
  const closings = { count: 0 }
  const sql = postgres(url, {
    ...options,
    onclose() {
      closings.count++
    },
  })
  return guardTransactions(sql, closings)
}
