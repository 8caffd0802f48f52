import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { hostname, networkInterfaces } from 'node:os'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Registry } from 'prom-client'
import { listenFailure } from '../process/start-failure.ts'
import { createMetrics } from './metrics.ts'

export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

const path = '/metrics'
const maxConnections = 20
const wildcards: readonly string[] = ['0.0.0.0', '::']

/** Milliseconds. */
const deadlines = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 }

/** Serves metrics at a separate address, because they are for the operator and not for callers. */
export default fp<{ readonly address: MetricsAddress | null }>(
  async function metrics(app, { address }) {
    if (address !== null) serveMetrics(app, address, createMetrics(app))
  },
  {
    name: 'metrics',
    dependencies: ['clock', 'identities', 'audit-log', 'checkpoints', 'retention-status', 'session-recordings'],
  },
)

function serveMetrics(app: FastifyInstance, address: MetricsAddress, registry: Registry): void {
  const server = createServer(deadlines, (request, response) => {
    answer(registry, request, response).catch((err: unknown) => {
      app.log.error({ event: 'metrics.failed', err })
      response.destroy()
    })
  })
  server.maxConnections = maxConnections
  app.addHook('onReady', async function listen() {
    await once(server.listen(address), 'listening').catch((error: unknown) => {
      throw listenFailure(error, { ...address, variable: 'METRICS_HOST' })
    })
    app.log.info({ event: 'metrics.listening', ...address })
  })
  app.addHook('onClose', async function stop() {
    server.closeAllConnections()
    if (server.listening) await once(server.close(), 'close')
  })
}

async function answer(registry: Registry, { method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url !== path) return end(response, 404)
  if (method !== 'GET' && method !== 'HEAD') return end(response.setHeader('allow', 'GET, HEAD'), 405)
  const text = await registry.metrics()
  response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text)
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}

/** Every `host:port` of the metrics. Proxy calls to racks must not reach the metrics. */
export function addressesOf({ host, port }: MetricsAddress): string[] {
  const interfaceAddresses = Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  )
  const hosts = wildcards.includes(host) ? [...interfaceAddresses, hostname()] : [host]
  return ['127.0.0.1', '::1', 'localhost', ...hosts].map((name) => `${name}:${port}`)
}
