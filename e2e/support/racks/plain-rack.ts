import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { acceptKey } from '@rack-gateway/demo-rack'
import { listen } from '@rack-gateway/testing/server'

export type UpgradeListener = (request: IncomingMessage, socket: Duplex) => void

/** A rack without state, whose responses a test controls: sizes and disconnections that the demo rack does not support. */
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
  const server = createServer({ keepAliveTimeout: 120_000, requestTimeout: 0 }, (request, response) => {
    if (!respondToQuestion(request, response)) onRequest?.(request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const accept = acceptKey(request.headers['sec-websocket-key'] ?? '')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    onWebsocket?.(request, socket)
  })
  const { url, connections, close } = await listen(server)
  return {
    url,
    token: 'password-of-the-plain-rack',
    get connections() {
      return connections.size
    },
    close,
  }
}

/** What the gateway asks before it decides: every process is one of the service `web`. */
function respondToQuestion({ method, url = '' }: IncomingMessage, response: ServerResponse): boolean {
  const [, id] = /^\/apps\/[^/]+\/processes\/([^/?]+)\??$/.exec(url) ?? []
  if (method !== 'GET' || id === undefined) return false
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ id, name: 'web', status: 'running' }))
  return true
}
