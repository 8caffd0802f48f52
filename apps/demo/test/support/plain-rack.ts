import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export type UpgradeListener = (request: IncomingMessage, socket: Duplex) => void

/** A rack without state, which does with each request what a test says: sizes and hang-ups that the demo rack has no words for. */
export interface PlainRack {
  readonly url: string
  readonly token: string
  /** Connections that are open now. */
  readonly connections: number
  close(): Promise<void>
}

export interface PlainRackOptions {
  /** Anything but the questions of the gateway itself. */
  readonly onRequest?: RequestListener
  /** Called with each websocket, after the handshake. */
  readonly onWebsocket?: UpgradeListener
}

export async function startPlainRack({ onRequest, onWebsocket }: PlainRackOptions): Promise<PlainRack> {
  const sockets = new Set<Socket>()
  const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
    if (!answerQuestion(request, response)) onRequest?.(request, response)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    onWebsocket?.(request, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the rack listens on no TCP port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    token: 'password-of-the-plain-rack',
    get connections() {
      return sockets.size
    },
    async close() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** What the gateway asks before it decides: every process is one of the service `web`. */
function answerQuestion({ method, url = '' }: IncomingMessage, response: ServerResponse): boolean {
  const [, id] = /^\/apps\/[^/]+\/processes\/([^/?]+)\??$/.exec(url) ?? []
  if (method !== 'GET' || id === undefined) return false
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ id, name: 'web', status: 'running' }))
  return true
}
