import { type Database, tamperProtection } from '@rack-gateway/database'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Health } from '@rack-gateway/gateway-api'

/** Milliseconds. */
const longestWait = 2_000

type DatabaseHealth = Health['database']

const unreachable: DatabaseHealth = { reachable: false, version: null, login: null, latencyMs: null, tampering: null }

export async function databaseHealth({ sql }: Pick<Database, 'sql'>): Promise<DatabaseHealth> {
  return withTimeout(readHealth(sql), longestWait, () => unreachable).catch(() => unreachable)
}

async function readHealth(sql: Database['sql']): Promise<DatabaseHealth> {
  const startedAt = performance.now()
  const [row] = await sql<{ version: string; login: string }[]>`
    select current_setting('server_version') as version, current_user as login`
  const latencyMs = Math.round(performance.now() - startedAt)
  const { version = null, login = null } = row ?? {}
  return { reachable: true, version, login, latencyMs, tampering: await tamperProtection(sql) }
}
