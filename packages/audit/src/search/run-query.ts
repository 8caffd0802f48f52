import postgres, { type PendingQuery, type Sql } from 'postgres'
import type { AuditFilters } from './filters.ts'
import { type Facets, facetsQuery, type Query } from './query.ts'

export function runQuery<Row extends object>(sql: Sql, { text, values }: Query): PendingQuery<Row[]> {
  return sql.unsafe<Row[]>(text, [...values])
}

export async function facetsOf(sql: Sql, filters: AuditFilters): Promise<Facets> {
  const rows = await runQuery<{ facet: string }>(sql, facetsQuery(filters))
  return rows.map(({ facet }) => facet)
}

/** PostgreSQL's `query_canceled`, for a statement that took too long. */
export function isCanceled(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === '57014'
}

/** Null if a statement took too long. */
export async function nullIfCanceled<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (isCanceled(error)) return null
    throw error
  })
}
