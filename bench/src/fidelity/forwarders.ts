import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy'
import { createRack, requestHeaders } from '@rack-gateway/rack-registry'
import Fastify from 'fastify'
import { Agent } from 'undici'
import { poolSettings } from '../pool-settings.ts'
import { proxyOptions } from '../proxy-options.ts'
import { listening } from '../subjects/listening.ts'

export interface Forwarder {
  readonly url: string
  close(): Promise<void>
}

/** By name, as the table has them. Each has the same task: send on what comes. None has a door in front that refuses anything. */
export const forwarders = {
  '@fastify/http-proxy': (upstream: string) => startFastify(upstream, {}),
  'reply.from(target)': (upstream: string) =>
    startFastify(upstream, { handler: (request, reply, _path, hooks) => reply.from(request.raw.url, hooks) }),
  'rack.send': startRackSend,
} as const

async function startFastify(upstream: string, more: Pick<FastifyHttpProxyOptions, 'handler'>): Promise<Forwarder> {
  const agent = new Agent(poolSettings)
  const app = Fastify({ logger: false })
  await app.register(httpProxy, { ...proxyOptions(upstream, agent), ...more })
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    async close() {
      await app.close()
      await agent.destroy()
    },
  }
}

/** The headers of an exec, so that the table shows what becomes of permitted ones. */
const permitted = new Set(['command', 'height', 'width', 'timeout'])

/** What the gateway does after its decision: its header policy, and packages/rack-registry. */
async function startRackSend(upstream: string): Promise<Forwarder> {
  const rack = createRack({ name: 'probe', url: new URL(upstream), token: 'rack-token', tlsInsecure: false })
  const forward = (request: IncomingMessage, response: ServerResponse) => {
    send(request, response).catch((error: { statusCode?: number }) => {
      response.writeHead(error.statusCode ?? 500).end()
    })
  }
  async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: target = '/', rawHeaders, headers } = request
    const length = headers['content-length']
    const answer = await rack.send(
      {
        method,
        target,
        headers: requestHeaders(rawHeaders, { permitted, encoding: 'as-asked', actor: 'probe@example.com' }),
        body: method === 'GET' ? null : request,
        length: length === undefined ? null : Number(length),
      },
      new AbortController().signal,
    )
    response.writeHead(answer.status, [...answer.headers])
    await answer.pipe(response)
  }
  const server = createServer(forward)
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue()
    forward(request, response)
  })
  return {
    url: await listening(server),
    async close() {
      server.close()
      server.closeAllConnections()
      await rack.close()
    },
  }
}
