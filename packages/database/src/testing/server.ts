import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverAccount } from '../embedded/account.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/index.ts'
import { firstBlocked } from '../embedded/reachable.ts'

export interface TestServer extends EmbeddedPostgres {
  readonly dataDir: string
}

/** A server of its own in a temporary directory, removed by `stop()`. */
export async function startTestServer(): Promise<TestServer> {
  const dataDir = await temporaryDirectory()
  const server = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '200' } })
  return {
    ...server,
    dataDir,
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A new temporary directory that the server's user can reach, wherever TMPDIR points. */
export async function temporaryDirectory(): Promise<string> {
  const account = await serverAccount()
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (account && (await firstBlocked(parent, account).catch(() => parent)) !== null) continue
    const directory = await mkdtemp(join(parent, 'rack-gateway-test-'))
    if (account) await chmod(directory, 0o711)
    return directory
  }
  throw new Error('no temporary directory that the postgres user can reach: set TMPDIR to one')
}
