import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  inProgress: number
  /** Requests that were parsed already, oldest first. */
  readonly waiting: (() => void)[]
}

type Routing = (request: IncomingMessage, response: ServerResponse) => void

export interface ConnectionLimit {
  /** Whether the connection has had a request. */
  hadRequest(socket: Socket): boolean
  /** The same routing, but a request above the limit waits before it costs anything else. */
  limit(routing: Routing): Routing
}

/**
 * Limits the requests of one connection that are in progress. Further requests are not read until one of these is
 * answered. Requests that were read together with the last one, at most 64 KiB, wait. While nothing is read, the gateway
 * notices the end of the connection only when it writes to the connection.
 */
export function limitRequestsPerConnection(maxInProgress: number): ConnectionLimit {
  const connections = new WeakMap<Socket, Connection>()

  function connectionOf(socket: Socket): Connection {
    const existing = connections.get(socket)
    if (existing !== undefined) return existing
    const connection: Connection = { inProgress: 0, waiting: [] }
    connections.set(socket, connection)
    // Node resumes a connection for reasons of its own, such as a response that was sent.
    socket.on('resume', () => {
      if (connection.waiting.length > 0) socket.pause()
    })
    return connection
  }

  return {
    hadRequest: (socket) => connections.has(socket),
    limit: (routing) =>
      function takeTurn(request, response) {
        const { socket } = request
        // The last response said `Connection: close`. Only the rest of its request's body is still read.
        if (socket.writableEnded) return
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
