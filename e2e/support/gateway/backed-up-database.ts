import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { copyTestDatabase, createTestDatabase, type TestDatabase } from '@rack-gateway/database/testing'
import { freePort } from '@rack-gateway/demo/free-port'
import { ask } from '../demo.ts'
import { dataDirectory } from '../processes.ts'
import { type Program, run, start } from '../program.ts'

export interface Logins {
  readonly ownerUrl: string
  readonly runtimeUrl: string
}

/** A database that is backed up, lost, and restored. */
export interface BackedUpDatabase extends Logins {
  readonly method: 'pg_dump' | 'copy'
  backUp(): Promise<void>
  /** Loses everything after the backup. */
  restore(): Promise<Logins>
  stop(): Promise<void>
}

/**
 * A server of the installed PostgreSQL with its `pg_dump`, as Debian's packages have them. Elsewhere a test database
 * that the server copies.
 */
export async function startBackedUpDatabase(): Promise<BackedUpDatabase> {
  const bin = installedPrograms()
  return bin === null ? copied() : dumped(bin)
}

async function copied(): Promise<BackedUpDatabase> {
  const original = await createTestDatabase()
  let backup: TestDatabase | null = null
  return {
    ...original,
    method: 'copy',
    async backUp() {
      backup = await copyTestDatabase(original)
    },
    async restore() {
      if (backup === null) throw new Error('there is no backup')
      return backup
    },
    async stop() {
      await backup?.drop()
      await original.drop()
    },
  }
}

/** The directory of the newest installed version, or null. */
function installedPrograms(): string | null {
  const versions = readdirOrNone('/usr/lib/postgresql').filter((name) => Number(name) >= 15)
  const complete = versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join('/usr/lib/postgresql', version, 'bin'))
    .find((bin) => ['initdb', 'postgres', 'pg_dump', 'pg_restore'].every((name) => readdirOrNone(bin).includes(name)))
  return complete ?? null
}

function readdirOrNone(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/** As docs/how-to/run-it.md creates it. */
const createDatabase = [
  'CREATE DATABASE gateway OWNER gateway_owner',
  'REVOKE CONNECT, TEMPORARY ON DATABASE gateway FROM PUBLIC',
  'GRANT CONNECT ON DATABASE gateway TO gateway_runtime',
]

async function dumped(bin: string): Promise<BackedUpDatabase> {
  const directory = dataDirectory()
  const port = await freePort()
  const cluster = join(directory, 'cluster')
  const dump = join(directory, 'gateway.dump')
  const server = await startServer(bin, directory, cluster, port)
  const url = (user: string, database: string) => `postgres://${user}:unused@127.0.0.1:${port}/${database}`
  const adminUrl = url('postgres', 'postgres')
  async function asAdmin(statements: readonly string[]): Promise<void> {
    await ask(adminUrl, async (sql) => {
      for (const statement of statements) await sql.unsafe(statement)
    })
  }
  await server.saw(/database system is ready to accept connections/)
  await asAdmin(['CREATE ROLE gateway_owner LOGIN', 'CREATE ROLE gateway_runtime LOGIN', ...createDatabase])
  const client = [`--host=127.0.0.1`, `--port=${port}`, '--username=gateway_owner']
  const logins = { ownerUrl: url('gateway_owner', 'gateway'), runtimeUrl: url('gateway_runtime', 'gateway') }
  return {
    ...logins,
    method: 'pg_dump',
    async backUp() {
      await runProgram(join(bin, 'pg_dump'), [...client, '--format=custom', `--file=${dump}`, 'gateway'])
    },
    async restore() {
      await asAdmin(['DROP DATABASE gateway WITH (FORCE)', ...createDatabase])
      const options = ['--dbname=gateway', '--exit-on-error', '--single-transaction']
      await runProgram(join(bin, 'pg_restore'), [...client, ...options, dump])
      return logins
    },
    async stop() {
      server.signal('SIGINT')
      await server.ended
    },
  }
}

async function startServer(bin: string, directory: string, cluster: string, port: number): Promise<Program> {
  mkdirSync(cluster)
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    await runProgram('/usr/bin/chown', ['postgres:postgres', cluster])
    chmodSync(directory, 0o711)
  }
  const asPostgres = ['/usr/bin/setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
  const words = (name: string, args: readonly string[]) => [...(isRoot ? asPostgres : []), join(bin, name), ...args]
  const [initdb = '', ...initdbArguments] = words('initdb', [
    `--pgdata=${cluster}`,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
  ])
  await runProgram(initdb, initdbArguments, cluster)
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=']
  const [postgres = '', ...args] = words('postgres', ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])])
  return start(postgres, args, { cwd: cluster, env: environment })
}

const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

async function runProgram(program: string, args: readonly string[], cwd = '/'): Promise<void> {
  const { code, stdout, stderr } = await run(program, args, { cwd, env: environment })
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr || stdout}`)
}
