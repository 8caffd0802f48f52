import { hostname } from 'node:os'
import { type AuditWriter, createAuditWriter } from '@rack-gateway/audit'
import { createPostgresAuditStore } from '@rack-gateway/audit/store'
import type { ServerConfig } from '@rack-gateway/config'
import { configurationOrExit } from '../process/configuration.ts'
import { type PreparedDatabase, prepareDatabase } from '../process/prepared-database.ts'

export interface WorkContext {
  readonly config: ServerConfig
  readonly database: PreparedDatabase
  readonly record: AuditWriter['record']
}

export async function withAuditLog(work: (context: WorkContext) => Promise<void>): Promise<void> {
  const config = configurationOrExit()
  const database = await prepareDatabase(config.database, { embedded: 'join', log: () => undefined })
  const store = createPostgresAuditStore({ url: database.runtimeUrl })
  const writer = createAuditWriter({ store, clock: { now: Date.now }, host: hostname(), pid: process.pid })
  try {
    await writer.open()
    await work({ config, database, record: writer.record })
  } finally {
    await writer.close()
    await store.close()
    await database.stop()
  }
}
