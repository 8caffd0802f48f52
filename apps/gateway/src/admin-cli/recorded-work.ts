import { hostname } from 'node:os'
import { type AuditWriter, createAuditWriter, createPostgresAuditStore } from '@rack-gateway/audit'
import type { ServerConfig } from '@rack-gateway/config'
import { configurationOrExit } from '../process/configuration.ts'
import { type PreparedDatabase, prepareDatabase } from '../process/prepared-database.ts'

export interface DatabaseContext {
  readonly config: ServerConfig
  readonly database: PreparedDatabase
}

export interface WorkContext extends DatabaseContext {
  readonly record: AuditWriter['record']
}

export async function withAuditLog(work: (context: WorkContext) => Promise<void>): Promise<void> {
  await withDatabase((context) => withAuditStream(context.database, (record) => work({ ...context, record })))
}

export async function withDatabase(work: (context: DatabaseContext) => Promise<void>): Promise<void> {
  const config = configurationOrExit()
  const database = await prepareDatabase(config.database, { embedded: 'join', log: () => undefined })
  try {
    await work({ config, database })
  } finally {
    await database.stop()
  }
}

/** Opens a stream of the audit log, which is closed when this resolves. */
export async function withAuditStream<T>(
  { runtimeUrl }: PreparedDatabase,
  work: (record: AuditWriter['record']) => Promise<T>,
): Promise<T> {
  const store = createPostgresAuditStore({ pool: { url: runtimeUrl, applicationName: 'rack-gateway audit' } })
  const writer = createAuditWriter({ store, clock: { now: Date.now }, host: hostname(), pid: process.pid })
  try {
    await writer.open()
    return await work(writer.record)
  } finally {
    await writer.close()
    await store.close()
  }
}
