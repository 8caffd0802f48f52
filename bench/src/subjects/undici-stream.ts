/** The minimum cost of forwarding in Node: node:http, undici.stream, and WebSockets as two pipes. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { Pool } from 'undici'
import { poolSettings } from '../pool-settings.ts'
import { announce, requiredVariable } from './announce.ts'
import { listen } from './listen.ts'

const upstream = new URL(requiredVariable('BENCH_UPSTREAM'))
const pool = new Pool(upstream, poolSettings)
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding']

const server = createServer((request, response) => {
  forward(request, response).catch(() => response.destroy())
})
server.on('upgrade', pipeBothWays)

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request
  const body = method === 'GET' ? null : request
  await pool.stream({ method, path, headers: endToEnd(headers), body, opaque: response }, ({ statusCode, headers }) =>
    response.writeHead(statusCode, endToEnd(headers)),
  )
}

function endToEnd<T extends Record<string, unknown>>(headers: T): T {
  const kept = { ...headers }
  for (const name of hopByHop) delete kept[name]
  return kept
}

function pipeBothWays({ method, url, rawHeaders }: IncomingMessage, client: Duplex, head: Buffer): void {
  const rack = connect({ host: upstream.hostname, port: Number(upstream.port), noDelay: true })
  const end = () => {
    client.destroy()
    rack.destroy()
  }
  for (const socket of [client, rack]) socket.on('error', end).on('close', end)
  const headers = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`))
  rack.write(`${method} ${url} HTTP/1.1\r\n${headers.join('')}\r\n`)
  rack.write(head)
  client.pipe(rack).pipe(client)
}

announce({
  url: await listen(server),
  async close() {
    server.close()
    server.closeAllConnections()
    await pool.destroy()
  },
})
