import { hostname } from 'node:os'
import { createAuditWriter } from '@rack-gateway/audit'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import { createTokenMint } from '@rack-gateway/auth'
import { createIssuer, type Issuer } from '@rack-gateway/auth/store'
import type { ServerConfig } from '@rack-gateway/config'
import { openDatabase } from '@rack-gateway/database'
import { configurationOrExit } from '../configuration.ts'
import { prepareDatabase } from '../prepared-database.ts'
import { secretKeysOf } from '../start.ts'

/** Runs `work` with a stream of its own in the audit log: whatever it changes is recorded first. */
export async function withIssuer(work: (issuer: Issuer, config: ServerConfig) => Promise<void>): Promise<void> {
  const config = configurationOrExit()
  const server = await prepareDatabase(config.database, { embedded: 'join', log: () => undefined })
  const database = openDatabase(server.runtimeUrl, { max: 2 })
  const store = createPostgresAuditStore({ url: server.runtimeUrl })
  const clock = { now: Date.now }
  const writer = createAuditWriter({ store, clock, host: hostname(), pid: process.pid })
  try {
    await writer.open()
    const issuer = createIssuer({
      database,
      mint: createTokenMint(secretKeysOf(config)),
      clock,
      record: async (events) => {
        await Promise.all(events.map((event) => writer.record(event)))
      },
      by: { kind: 'system', id: 'rack-gateway-server', name: 'rack-gateway-server' },
    })
    await work(issuer, config)
  } finally {
    await writer.close()
    await store.close()
    await database.close()
    await server.stop()
  }
}
