import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

interface Connection {
  inProgress: number
  /** Requests that were parsed already, oldest first. */
  readonly waiting: (() => void)[]
}

/**
 * Bounds the requests of one connection that are in progress. What else is sent on it is not read until one of them is
 * answered; what was read together with it, at most 64 KiB, waits. While nothing is read, the end of the connection is
 * noticed only when something is written to it.
 */
export function limitRequestsPerConnection(app: FastifyInstance, most: number): void {
  const connections = new WeakMap<Socket, Connection>()

  function connectionOf(socket: Socket): Connection {
    const known = connections.get(socket)
    if (known !== undefined) return known
    const made: Connection = { inProgress: 0, waiting: [] }
    connections.set(socket, made)
    // Node resumes a connection for reasons of its own, such as a response that was sent.
    socket.on('resume', () => {
      if (made.waiting.length > 0) socket.pause()
    })
    return made
  }

  app.addHook('onRequest', function takeTurn({ raw: request }, { raw: response }, done) {
    const { socket } = request
    const connection = connectionOf(socket)
    function begin(): void {
      connection.inProgress += 1
      response.once('close', end)
      done()
    }
    function end(): void {
      connection.inProgress -= 1
      if (socket.destroyed) connection.waiting.length = 0
      connection.waiting.shift()?.()
      if (connection.waiting.length === 0) socket.resume()
    }
    if (connection.inProgress < most) {
      begin()
      return
    }
    connection.waiting.push(begin)
    socket.pause()
  })
}
