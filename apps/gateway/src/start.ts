import { lookup } from 'node:dns/promises'
import type { Audit } from '@rack-gateway/audit'
import type { ServerConfig } from '@rack-gateway/config'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createGateway } from './app.ts'
import { addHandles, backlog } from './listening/more-handles.ts'
import { prepareDatabase } from './process/prepared-database.ts'
import { turnOffPretenuring } from './process/pretenuring.ts'
import { listenFailure } from './process/start-failure.ts'
import type { WebConsoleSource } from './web-console/source.ts'

export interface RunningGateway {
  readonly app: FastifyInstance
  readonly audit: Audit
  /** The address of the gateway, without a slash at the end. */
  readonly url: string
  /** For the login that owns the tables. */
  readonly databaseOwnerUrl: string
  readonly databaseUrl: string
  reload(): Promise<void>
  /** Waits for calls in progress, flushes the audit log, and closes everything. */
  stop(): Promise<void>
}

/** Milliseconds for transfers to finish before their connections are closed. */
const drainLimit = 20_000

/** @param webConsole only the demo passes it */
export async function startGateway(
  config: ServerConfig,
  log: FastifyBaseLogger,
  webConsole?: WebConsoleSource,
): Promise<RunningGateway> {
  turnOffPretenuring()
  const database = await prepareDatabase(config.database, {
    embedded: 'own',
    log: (line) => log.debug({ event: 'postgres' }, line),
  })
  try {
    const app = await createGateway({ config, databaseUrl: database.runtimeUrl, log, webConsole })
    const url = await listen(app, config).catch(async (error: unknown) => {
      await app.close()
      throw listenFailure(error, config)
    })
    await addHandles(app.server, app.receiveConnection).catch((err: unknown) => {
      log.warn({ event: 'listening.one_handle', err }, 'a flood of connections can delay everybody')
    })
    return {
      app,
      audit: app.audit,
      url,
      databaseOwnerUrl: database.ownerUrl,
      databaseUrl: database.runtimeUrl,
      reload: async () => app.policyFile?.reload(),
      async stop() {
        const timer = setTimeout(() => app.server.closeAllConnections(), drainLimit)
        await app.close().finally(() => clearTimeout(timer))
        await database.stop()
      },
    }
  } catch (error) {
    await database.stop()
    throw error
  }
}

/** Listens on a single address, because for `localhost`, Fastify would add servers that do not limit connections. */
async function listen(app: FastifyInstance, { host, port }: ServerConfig): Promise<string> {
  const { address } = await lookup(host)
  return app.listen({ port, host: address, backlog })
}
