import { rmSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { clusterOf } from '../embedded/cluster.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/index.ts'
import { runningPostmaster } from '../embedded/postmaster.ts'
import { findBlockedDirectory } from '../embedded/reachable.ts'
import { serverUser } from '../embedded/system-user.ts'

export interface TestServer extends EmbeddedPostgres {
  readonly dataDir: string
}

/**
 * Settings for fast tests. Autovacuum would start a process for each of the many small databases. More SCRAM iterations
 * would delay each connection.
 */
const settings = {
  max_connections: '400',
  autovacuum: 'off',
  scram_iterations: '1',
  full_page_writes: 'off',
  max_wal_size: '2GB',
}

const prefix = 'rack-gateway-test-'

/** Starts a server in a new temporary directory, which `stop()` removes. */
export async function startTestServer(): Promise<TestServer> {
  const dataDir = await temporaryDirectory()
  await removeLeftovers(dirname(dataDir))
  const server = await startEmbeddedPostgres({ dataDir, settings })
  // After Ctrl-C, nothing calls stop(). The server ends by itself, but its directory has to be removed.
  const removeNow = () => rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  process.once('exit', removeNow)
  return {
    ...server,
    dataDir,
    async stop() {
      process.off('exit', removeNow)
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A new temporary directory that the server's user can enter. TMPDIR is used only if that user can enter it. */
export async function temporaryDirectory(): Promise<string> {
  const systemUser = await serverUser()
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (systemUser && (await findBlockedDirectory(parent, systemUser).catch(() => parent)) !== null) continue
    const directory = await mkdtemp(join(parent, prefix))
    if (systemUser) await chmod(directory, 0o711)
    return directory
  }
  throw new Error('no temporary directory that the postgres user can reach: set TMPDIR to one')
}

/** Removes directories of killed test runs: those that are an hour old and have no running server. */
async function removeLeftovers(parent: string) {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix))
  for (const directory of names.map((name) => join(parent, name))) {
    const { mtimeMs = Date.now() } = (await stat(directory).catch(() => null)) ?? {}
    if (mtimeMs > Date.now() - 3_600_000 || (await runningPostmaster(clusterOf(directory)))) continue
    await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
}
