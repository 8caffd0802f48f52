import type { TestDatabase } from '@rack-gateway/database/testing'
import postgres from 'postgres'
import { takeDatabase } from './take-database.ts'

/** How a database fails: it refuses everybody; it has no connection left; it says nothing any more. */
export type Outage = 'stopped' | 'out of connections' | 'paused'

/** @returns ends the outage */
export async function beginOutage(database: TestDatabase, outage: Outage): Promise<() => Promise<void>> {
  switch (outage) {
    case 'stopped':
      return await takeDatabase(database)
    case 'out of connections':
      return await exhaust(database)
    case 'paused':
      return await pause(database)
  }
}

async function exhaust({ adminUrl, runtimeUrl }: TestDatabase) {
  const sql = postgres(adminUrl, { max: 1, onnotice() {} })
  const name = new URL(adminUrl).pathname.slice(1)
  await sql.unsafe(`alter database ${name} connection limit 0`)
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${name} and usename = ${new URL(runtimeUrl).username}`
  return async () => {
    await sql.unsafe(`alter database ${name} connection limit -1`)
    await sql.end()
  }
}

/** Pauses the PostgreSQL processes of the gateway, with their locks, and allows no new connections. */
async function pause({ adminUrl, runtimeUrl }: TestDatabase) {
  const sql = postgres(adminUrl, { max: 1, onnotice() {} })
  const name = new URL(adminUrl).pathname.slice(1)
  await sql.unsafe(`alter database ${name} connection limit 0`)
  const backends = await sql<{ pid: number }[]>`select pid from pg_stat_activity
    where datname = ${name} and usename = ${new URL(runtimeUrl).username}`
  for (const { pid } of backends) process.kill(pid, 'SIGSTOP')
  return async () => {
    for (const { pid } of backends) process.kill(pid, 'SIGCONT')
    await sql.unsafe(`alter database ${name} connection limit -1`)
    await sql.end()
  }
}
