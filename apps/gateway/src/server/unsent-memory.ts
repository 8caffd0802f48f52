import type { Socket } from 'node:net'
import { limitsOfResource } from '@rack-gateway/config'
import type { FastifyInstance } from 'fastify'
import type { OpenConnections } from './open-connections.ts'

/** Bytes of responses that the kernel has not taken yet, of all connections together. */
const maxBytes = limitsOfResource('unsent').process
/** After connections were closed, so that not every further response closes one. */
const bytesAfterClosing = (maxBytes * 3) / 4
/** Milliseconds. */
const interval = 50

/**
 * Limits the memory of responses that callers do not read. Above the limit, the connections with the most unsent bytes
 * are closed. A timer is enough, because other limits bound what is written between two checks.
 */
export function limitUnsentMemory(app: FastifyInstance, connections: OpenConnections): void {
  function closeLargest(): void {
    const unsent: Socket[] = []
    let sum = 0
    for (const socket of connections.sockets()) {
      if (socket.writableLength === 0) continue
      unsent.push(socket)
      sum += socket.writableLength
    }
    if (sum <= maxBytes) return
    unsent.sort((one, other) => other.writableLength - one.writableLength)
    for (const socket of unsent) {
      if (sum <= bytesAfterClosing) return
      sum -= socket.writableLength
      connections.close(socket, 'memory of unsent responses')
    }
  }

  const timer = setInterval(closeLargest, interval).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
