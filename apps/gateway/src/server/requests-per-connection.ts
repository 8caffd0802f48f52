import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  inProgress: number
  /** Requests that were parsed already, oldest first. */
  readonly waiting: (() => void)[]
}

type Routing = (request: IncomingMessage, response: ServerResponse) => void

export interface ConnectionLimit {
  hadRequest(socket: Socket): boolean
  /** Whether requests of the connection wait. */
  hasWaiting(socket: Socket): boolean
  /** Wraps the routing, so that a request above the limit waits. */
  limit(routing: Routing): Routing
}

/**
 * Limits the requests in progress on one connection. Above the limit, the socket is paused, and requests that were
 * already read wait (at most 64 KiB). While the socket is paused, the gateway notices the end of the connection only
 * when it writes.
 */
export function limitRequestsPerConnection(maxInProgress: number): ConnectionLimit {
  const connections = new WeakMap<Socket, Connection>()

  function connectionOf(socket: Socket): Connection {
    const existing = connections.get(socket)
    if (existing !== undefined) return existing
    const connection: Connection = { inProgress: 0, waiting: [] }
    connections.set(socket, connection)
    // A request that waits for the scheduler can keep the socket in memory.
    socket.once('close', () => {
      connection.waiting.length = 0
    })
    // Node also resumes the socket itself, for example after a response.
    socket.on('resume', () => {
      if (connection.waiting.length > 0) socket.pause()
    })
    return connection
  }

  return {
    hadRequest: (socket) => connections.has(socket),
    hasWaiting: (socket) => (connections.get(socket)?.waiting.length ?? 0) > 0,
    limit: (routing) =>
      function takeTurn(request, response) {
        const { socket } = request
        // The response before said `Connection: close`, so the gateway drops further requests of this connection.
        if (socket.writableEnded || socket.destroyed) return
        const connection = connectionOf(socket)
        function begin(): void {
          connection.inProgress += 1
          response.once('close', end)
          routing(request, response)
        }
        function end(): void {
          connection.inProgress -= 1
          if (socket.destroyed) connection.waiting.length = 0
          connection.waiting.shift()?.()
          if (connection.waiting.length === 0) socket.resume()
        }
        if (connection.inProgress < maxInProgress) {
          begin()
          return
        }
        connection.waiting.push(begin)
        socket.pause()
      },
  }
}
