import { resolve } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { findBinaries, reachableBinaries } from './binaries.ts'
import { clusterOf, createDataDirectory, prepareCluster } from './cluster.ts'
import { databaseName, logins, type Passwords, readPasswords } from './passwords.ts'
import { runningPostmaster, waitUntilFree } from './postmaster.ts'
import { checkReachable } from './reachable.ts'
import { startServer } from './server.ts'
import { serverUser } from './system-user.ts'
import { type EmbeddedPostgresUrls, urlsOf } from './urls.ts'

export type { EmbeddedPostgresUrls } from './urls.ts'

export interface EmbeddedPostgresOptions {
  /** Created if missing. Contains the cluster and a 0600 file with the passwords of its logins. */
  readonly dataDir: string
  /** Default 0: any free port. */
  readonly port?: number
  /** Further settings of postgresql.conf, such as `max_connections`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Receives the server's log, line by line. */
  readonly log?: (line: string) => void
}

export interface EmbeddedPostgres extends EmbeddedPostgresUrls {
  /** Resolves when all data is on disk and the server's process has ended. */
  stop(): Promise<void>
}

/**
 * Starts a PostgreSQL server on loopback, as a child process in its own process group. The server ends after `stop()`
 * or with this process. The schema is not created: call `migrate(ownerUrl, …)`.
 *
 * @throws EmbeddedUnsupported, EmbeddedNoAccount, EmbeddedUnreachable, EmbeddedInUse, EmbeddedPasswordsLost,
 * EmbeddedFailed
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir)
  const found = await findBinaries()
  const systemUser = await serverUser()
  await createDataDirectory(dataDir, systemUser)
  if (systemUser) await checkReachable(dataDir, systemUser)
  const binaries = systemUser ? await reachableBinaries(found, systemUser, dataDir) : found
  await waitUntilFree(clusterOf(dataDir), 3_000)
  const passwords = await prepareCluster(dataDir, binaries, systemUser)
  const server = await startServer({
    program: binaries.postgres,
    cluster: clusterOf(dataDir),
    port: options.port ?? 0,
    systemUser,
    settings: options.settings ?? {},
    log: options.log ?? (() => {}),
  })
  try {
    await makeLogins(server.port, passwords)
  } catch (error) {
    await server.stop()
    throw error
  }
  return { ...urlsOf(server.port, passwords), stop: server.stop }
}

/** The addresses of the server that another gateway process runs on the data directory, or null. */
export async function attachEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgresUrls | null> {
  const running = await runningPostmaster(clusterOf(resolve(dataDir)))
  const passwords = await readPasswords(dataDir)
  return running && passwords ? urlsOf(running.port, passwords) : null
}

/** Creates the owner and runtime logins and the database, if they are missing. */
async function makeLogins(port: number, passwords: Passwords): Promise<void> {
  const sql = postgres(urlsOf(port, passwords).adminUrl, { max: 1, fetch_types: false, onnotice() {} })
  try {
    await makeLogin(sql, logins.owner, passwords.owner)
    await makeLogin(sql, logins.runtime, passwords.runtime)
    const [database] = await sql`select from pg_catalog.pg_database where datname = ${databaseName}`
    if (!database) await sql.unsafe(`CREATE DATABASE ${databaseName} OWNER ${logins.owner}`)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function makeLogin(sql: Sql, name: string, password: string) {
  const [login] = await sql`select from pg_catalog.pg_roles where rolname = ${name}`
  if (!login) await sql.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
}
