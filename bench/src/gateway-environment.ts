import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startEmbeddedPostgres } from '@rack-gateway/database'
import { type Role, roles } from './works/work.ts'

export interface GatewayEnvironment {
  /** What a gateway needs to start. */
  readonly variables: Readonly<Record<string, string>> & { readonly DATABASE_OWNER_URL: string }
  readonly tokens: Readonly<Record<Role, string>>
  /** The process of PostgreSQL that all its others are children of. */
  readonly postmaster: number
  stop(): Promise<void>
}

const serverCommand = fileURLToPath(new URL('../../apps/gateway/dist/server-command.js', import.meta.url))

/** A database of its own with fsync on, in a temporary directory that is removed again, and a token of each role, issued as an operator issues it. */
export async function prepareGateway(rack: { url: string; token: string }): Promise<GatewayEnvironment> {
  const directory = await mkdtemp(join(tmpdir(), 'rack-gateway-bench-'))
  // PostgreSQL runs as a user of its own where we are root
  await chmod(directory, 0o711)
  const forget = () => rm(directory, { recursive: true, force: true })
  const dataDir = join(directory, 'data')
  const database = await startEmbeddedPostgres({ dataDir }).catch(async (error: unknown) => {
    await forget()
    throw error
  })
  const stop = () => database.stop().finally(forget)
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
  try {
    return { variables, tokens: await issueTokens(variables), postmaster: postmasterOf(dataDir), stop }
  } catch (error) {
    await stop()
    throw error
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

/** The first line of the file that every PostgreSQL keeps in its data directory. */
function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}
