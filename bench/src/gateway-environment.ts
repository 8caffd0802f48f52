import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from '@rack-gateway/database'
import { type Role, roles } from './workloads/workload.ts'

export interface GatewayEnvironment {
  readonly variables: Readonly<Record<string, string>> & { readonly DATABASE_OWNER_URL: string }
  readonly tokens: Readonly<Record<Role, string>>
  /** The process ID of the postmaster, whose children are all other processes of PostgreSQL. */
  readonly postmaster: number
  stop(): Promise<void>
}

const serverCommand = fileURLToPath(new URL('../../apps/gateway/dist-modules/admin-cli/main.js', import.meta.url))

export interface PreparedOptions {
  /**
   * Simulates a database that has been in use for a while. Such a database reuses the files of its write-ahead log. A
   * new database has to create them first, which delays writes.
   */
  readonly inUse?: boolean
}

/**
 * The settings that docs/how-to/run-it.md recommends for thousands of calls per second. Checkpoints are five times as
 * frequent, so that each round includes some.
 */
const inUseSettings = {
  shared_buffers: '2GB',
  min_wal_size: '4GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '60s',
}

/** The database uses fsync, and is in a temporary directory, which `stop` removes. */
export async function prepareGateway(
  rack: { url: string; token: string },
  { inUse = false }: PreparedOptions = {},
): Promise<GatewayEnvironment> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-bench-'))
  // As root, PostgreSQL runs as another user, which must be able to enter the directory.
  await chmod(directory, 0o711)
  const dataDir = join(directory, 'data')
  let database: EmbeddedPostgres | null = null
  const stop = async () => {
    try {
      await database?.stop()
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  }
  try {
    const settings = inUse ? inUseSettings : {}
    if (inUse) {
      database = await startEmbeddedPostgres({ dataDir, settings })
      await fillLog(database.ownerUrl)
      await database.stop()
      database = null
    }
    database = await startEmbeddedPostgres({ dataDir, settings })
    const variables = {
      RACK_URL_BENCH: rack.url,
      RACK_TOKEN_BENCH: rack.token,
      APP_SECRET_KEY: randomBytes(32).toString('base64'),
      DATABASE_URL: database.runtimeUrl,
      DATABASE_OWNER_URL: database.ownerUrl,
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'warn',
    }
    return { variables, tokens: await issueTokens(variables), postmaster: postmasterOf(dataDir), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Writes about 3 GB of write-ahead log. PostgreSQL makes a checkpoint when it stops, and then reuses these files. */
async function fillLog(ownerUrl: string): Promise<void> {
  const { sql, close } = openDatabase(ownerUrl, { max: 1 })
  try {
    await sql`create table bench_fill as select repeat('x', 1400) as line from generate_series(1, 2000000)`
    await sql`drop table bench_fill`
  } finally {
    await close()
  }
}

async function issueTokens(variables: Readonly<Record<string, string>>): Promise<Record<Role, string>> {
  const tokens: Partial<Record<Role, string>> = {}
  for (const role of roles) tokens[role] = await issueToken(variables, role)
  return tokens as Record<Role, string>
}

async function issueToken(variables: Readonly<Record<string, string>>, role: Role): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [serverCommand, 'token', 'issue', '--user', `${role}@example.com`, '--role', role],
    { env: { PATH: process.env.PATH, ...variables } },
  )
  return stdout.trim()
}

function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}
