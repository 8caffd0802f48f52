import postgres from 'postgres'

/** PostgreSQL's `query_canceled`, for a statement that took too long. */
export function isCanceled(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code === '57014'
}
