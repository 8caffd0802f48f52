import { type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Lets upgrade requests go through the same router and hooks as every other request.
 * The response is bound to the raw socket, so that a denial can be sent as an ordinary response.
 * A handler that accepts the websocket detaches the socket from the response first.
 */
export function routeUpgrades(
  server: Server,
  routing: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', destroySelf)
    // Until a handler takes the socket, nothing reads it. Without this listener, the gateway would not notice that the
    // client has gone, and the rack would get an upgrade for which nobody waits.
    socket.once('end', destroySelf)
    request.pendingUpgrade = { socket, head }
    const response = bindResponse(request)
    if (response === null) return void socket.destroy()
    response.once('finish', () => request.socket.destroySoon())
    routing(request, response)
  })
}

/** Not a closure, which would keep the request in memory for as long as the connection is open. */
function destroySelf(this: Duplex): void {
  this.destroy()
}

/** Call this when a handler takes the socket, because it then handles the end of the connection itself. */
export function ignoreEnd(socket: Duplex): void {
  socket.off('end', destroySelf)
}

/** Null while an earlier request is unanswered, because a pipelined upgrade cannot take the socket over. */
function bindResponse(request: IncomingMessage): ServerResponse | null {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  try {
    response.assignSocket(request.socket)
    return response
  } catch {
    return null
  }
}

/** Prevents Node from answering `Expect: 100-continue` before the decision. */
export function deferContinue(
  server: Server,
  routing: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.expectsContinue = true
    routing(request, response)
  })
}
