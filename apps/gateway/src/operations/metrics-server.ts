import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { limitsOfResource } from '@rack-gateway/config'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createActivityOrder } from '../http/activity-order.ts'
import { headersOfAllResponses } from '../http/headers-of-all-responses.ts'
import { listenFailure } from '../process/start-failure.ts'
import type { HealthResponse } from './health-responses.ts'
import { createMetrics } from './metrics/registry.ts'

export interface MetricsAddress {
  readonly host: string
  readonly port: number
}

const maxConnections = limitsOfResource('metricsConnections').process
const wildcards: readonly string[] = ['0.0.0.0', '::']

type Responders = ReadonlyMap<string, () => Promise<HealthResponse>>

/** Milliseconds. */
const deadlines = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 }

/**
 * Serves metrics at a separate address, because they are for the operator and not for callers. Health is also there, so
 * that an orchestrator gets a response even if callers take all connections of the public port.
 */
export default fp<{ readonly address: MetricsAddress | null }>(
  async function metrics(app, { address }) {
    if (address === null) return
    const metrics = createMetrics(app)
    async function respondWithMetrics(): Promise<HealthResponse> {
      return { status: 200, type: metrics.contentType, body: await metrics.read() }
    }
    serveOperator(app, address, new Map([...app.healthResponses, ['/metrics', respondWithMetrics]]))
  },
  {
    name: 'metrics',
    dependencies: [
      'clock',
      'health',
      'identities',
      'audit-log',
      'checkpoints',
      'retention-status',
      'session-recordings',
      'racks',
      'count-calls',
      'watch-policy-modes',
    ],
  },
)

function serveOperator(app: FastifyInstance, address: MetricsAddress, responses: Responders): void {
  const server = createServer(deadlines, (request, response) => {
    for (const [name, value] of Object.entries(headersOfAllResponses)) response.setHeader(name, value)
    respond(responses, request, response).catch((err: unknown) => {
      app.log.error({ event: 'metrics.failed', err })
      response.destroy()
    })
  })
  limitConnections(server)
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

/** At the limit, the connection without a request for the longest time is closed for the new one. */
function limitConnections(server: Server): void {
  const order = createActivityOrder<Socket>()
  server.on('connection', (socket) => {
    const longestIdle = order.longestIdle()
    if (longestIdle !== undefined && order.size >= maxConnections) {
      order.delete(longestIdle)
      longestIdle.destroy()
    }
    order.add(socket)
    socket.once('close', () => order.delete(socket))
  })
  server.prependListener('request', ({ socket }, response) => {
    order.refresh(socket)
    response.once('finish', () => order.refresh(socket))
  })
}

async function respond(
  responses: Responders,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ask = responses.get(url ?? '')
  if (ask === undefined) return end(response, 404)
  if (method !== 'GET' && method !== 'HEAD') return end(response.setHeader('allow', 'GET, HEAD'), 405)
  const { status, type, body } = await ask()
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
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
