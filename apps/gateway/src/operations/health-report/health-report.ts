import { providerProblem } from '@rack-gateway/auth/login'
import type { ServerConfig } from '@rack-gateway/config'
import { type Database, tamperProtection } from '@rack-gateway/database'
import type { Health } from '@rack-gateway/gateway-api'
import { withTimeout } from '@rack-gateway/time'
import type { FastifyInstance } from 'fastify'
import { copiesOf } from '../../audit/checkpoint-status.ts'
import { memoizeFor } from '../../rate-limits/memoize-for.ts'
import { sinkHealth } from './sinks.ts'

/** The health of this process, without its racks. */
export type HealthReport = () => Promise<Omit<Health, 'racks' | 'waitingFor'>>

/** Milliseconds. */
const providerMaxAge = 15_000
const databaseMaxAge = 1_000

export function createHealthReport(app: FastifyInstance, { settings }: Pick<ServerConfig, 'settings'>): HealthReport {
  const { database, audit, checkpoints, recordings, loginProvider, readiness } = app
  const issuer = loginProvider?.settings.issuer ?? null
  const askDatabase = memoizeFor(databaseMaxAge, performance.now.bind(performance), () => databaseHealth(database))
  const askProvider = memoizeFor(providerMaxAge, performance.now.bind(performance), async () =>
    issuer === null ? null : providerProblem(issuer),
  )

  async function identityProviderHealth(): Promise<Health['identityProvider']> {
    if (issuer === null) return null
    const why = await askProvider()
    return { issuer, reachable: why === null, why }
  }

  function storeHealth(): Health['stores'] {
    const { oldest, archived } = app.retentionStatus()
    const stats = recordings?.stats() ?? null
    return {
      recordings: stats && {
        open: stats.open,
        waitingBytes: stats.waitingBytes,
        failing: stats.failing,
        lostBytes: stats.lostBytes,
      },
      archives: { oldestMonth: oldest, archivedMonth: archived },
      checkpoints: copiesOf(checkpoints.state()),
    }
  }

  return async function readHealth() {
    const [checks, databaseReport, identityProvider] = await Promise.all([
      readiness(),
      askDatabase(),
      identityProviderHealth(),
    ])
    return {
      checkedAt: new Date(app.clock.now()).toISOString(),
      checks,
      database: databaseReport,
      identityProvider,
      sinks: audit.sinks().map(sinkHealth),
      stores: storeHealth(),
      configuration: settings.map((setting) => ({ ...setting })),
    }
  }
}

/** Milliseconds. */
const longestWait = 2_000

type DatabaseHealth = Health['database']

const unreachable: DatabaseHealth = { reachable: false, version: null, login: null, latencyMs: null, tampering: null }

async function databaseHealth({ sql }: Pick<Database, 'sql'>): Promise<DatabaseHealth> {
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
