import type { DatabaseConfig } from '@rack-gateway/config'
import {
  attachEmbeddedPostgres,
  checkSchema,
  migrate,
  openDatabase,
  roleOf,
  SchemaOlder,
  startEmbeddedPostgres,
} from '@rack-gateway/database'

export interface PreparedDatabase {
  /** For the login that owns the tables. The same as `runtimeUrl` if there is only one login. */
  readonly ownerUrl: string
  readonly runtimeUrl: string
  stop(): Promise<void>
}

export interface PrepareOptions {
  /** `join`: use the embedded server of another process of this gateway, if it runs. `own`: start a new server. */
  readonly embedded: 'join' | 'own'
  readonly log: (line: string) => void
}

/** Migrates with the owner's login. Without an owner's login, the runtime login migrates an older schema. */
export async function prepareDatabase(config: DatabaseConfig, options: PrepareOptions): Promise<PreparedDatabase> {
  return config.kind === 'embedded'
    ? prepareEmbedded(config.dataDirectory, options)
    : prepareServer(config.url.reveal(), config.ownerUrl?.reveal() ?? null)
}

async function prepareEmbedded(dataDir: string, { embedded, log }: PrepareOptions): Promise<PreparedDatabase> {
  const running = embedded === 'join' ? await attachEmbeddedPostgres(dataDir) : null
  if (running) return { ...running, stop: async () => undefined }
  const started = await startEmbeddedPostgres({ dataDir, log })
  try {
    await migrate(started.ownerUrl, { runtimeRole: roleOf(started.runtimeUrl) })
    return started
  } catch (error) {
    await started.stop()
    throw error
  }
}

async function prepareServer(runtimeUrl: string, ownerUrl: string | null): Promise<PreparedDatabase> {
  if (ownerUrl !== null || !(await isCurrent(runtimeUrl))) {
    await migrate(ownerUrl ?? runtimeUrl, { runtimeRole: roleOf(runtimeUrl) })
  }
  return { runtimeUrl, ownerUrl: ownerUrl ?? runtimeUrl, stop: async () => undefined }
}

/** @throws SchemaNewer, MigrationChanged, DatabaseUnavailable */
async function isCurrent(url: string): Promise<boolean> {
  const database = openDatabase(url, { max: 1 })
  try {
    await database.check()
    await checkSchema(database.sql)
    return true
  } catch (error) {
    if (error instanceof SchemaOlder) return false
    throw error
  } finally {
    await database.close()
  }
}
