import type { TestDatabase } from '@rack-gateway/database/testing'
import postgres from 'postgres'

/**
 * Takes a database away from its gateway: no connection of the runtime login stays, and none can be made.
 *
 * @returns gives it back
 */
export async function takeDatabase({ adminUrl, runtimeUrl }: TestDatabase): Promise<() => Promise<void>> {
  const name = new URL(adminUrl).pathname.slice(1)
  const elsewhere = new URL(adminUrl)
  elsewhere.pathname = '/postgres'
  const sql = postgres(elsewhere.href, { max: 1, onnotice() {} })
  await sql.unsafe(`alter database ${name} with allow_connections false`)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and usename = ${new URL(runtimeUrl).username}`
  return async () => {
    await sql.unsafe(`alter database ${name} with allow_connections true`)
    await sql.end()
  }
}
