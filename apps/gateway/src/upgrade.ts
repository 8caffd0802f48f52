import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Lets upgrade requests go through the same router and hooks as every other request.
 * The response is bound to the raw socket, so that a refusal is an ordinary answer; a websocket's handler takes the socket out again.
 */
export function routeUpgrades(
  server: Server,
  routing: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    request.pendingUpgrade = { socket, head }
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(request.socket)
    response.once('finish', () => request.socket.destroySoon())
    routing(request, response)
  })
}

/** Node would answer `Expect: 100-continue` before any decision: instead, the body is asked for once it is wanted. */
export function holdContinue(
  server: Server,
  routing: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.expectsContinue = true
    routing(request, response)
  })
}
