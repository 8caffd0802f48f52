/** node:http and undici.stream with nothing in between: the least that forwarding can cost in Node. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Pool } from 'undici'
import { poolSettings } from '../pool-settings.ts'
import { announce, given } from './announce.ts'
import { listening } from './listening.ts'

const pool = new Pool(given('BENCH_UPSTREAM'), poolSettings)
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding']

const server = createServer((request, response) => {
  forward(request, response).catch(() => response.destroy())
})

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url: path = '/', headers } = request
  await pool.stream({ method, path, headers: endToEnd(headers), opaque: response }, ({ statusCode, headers }) =>
    response.writeHead(statusCode, endToEnd(headers)),
  )
}

function endToEnd<T extends Record<string, unknown>>(headers: T): T {
  const kept = { ...headers }
  for (const name of hopByHop) delete kept[name]
  return kept
}

announce(await listening(server), async () => {
  server.close()
  await pool.destroy()
})
