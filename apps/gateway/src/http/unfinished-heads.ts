import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { isRequestOpen } from './client-errors.ts'
import type { OpenConnections } from './open-connections.ts'

/** Bytes of unfinished heads of all connections together. Heads are in memory until they are complete. */
const maxBytes = 32 * 2 ** 20
/** Milliseconds. The kernel and the parser take at most some MiB in this time. */
const interval = 100

/**
 * Limits the memory of request heads that are not complete, because no credential is known until then. Above the limit,
 * the connections with the largest unfinished heads are closed. Node has no event for received bytes of a head, so a
 * timer adds them up. With few connections, even heads of the largest size are within the limit.
 *
 * @param maxHead bytes, above which Node rejects a head
 */
export function limitUnfinishedHeads(app: FastifyInstance, connections: OpenConnections, maxHead: number): void {
  /** Bytes that a connection had received before its unfinished head. */
  const before = new WeakMap<Socket, number>()

  const markStart = (socket: Socket) => void before.set(socket, socket.bytesRead)

  function unfinishedBytes(socket: Socket): number {
    if (!isRequestOpen(socket)) return Math.min(socket.bytesRead - (before.get(socket) ?? 0), maxHead)
    markStart(socket)
    return 0
  }

  function closeLargest(): void {
    if (connections.count() * maxHead <= maxBytes) return
    const heads: { readonly socket: Socket; readonly bytes: number }[] = []
    let sum = 0
    for (const socket of connections.ofClients()) {
      const bytes = unfinishedBytes(socket)
      if (bytes === 0) continue
      heads.push({ socket, bytes })
      sum += bytes
    }
    if (sum <= maxBytes) return
    heads.sort((one, other) => other.bytes - one.bytes)
    for (const { socket, bytes } of heads) {
      if (sum <= maxBytes) return
      sum -= bytes
      connections.close(socket, 'unfinished heads')
    }
  }

  const timer = setInterval(closeLargest, interval).unref()
  app.addHook('onRequest', function markBegunRequest({ raw: { socket } }, _reply, done) {
    markStart(socket)
    done()
  })
  app.addHook('onResponse', function markAnsweredRequest({ raw: { socket } }, _reply, done) {
    markStart(socket)
    done()
  })
  app.addHook('onClose', async () => clearInterval(timer))
}
