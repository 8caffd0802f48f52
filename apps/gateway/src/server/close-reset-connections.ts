import type { FastifyInstance } from 'fastify'
import { isReset } from '../listening/incoming-connections.ts'
import type { OpenConnections } from './open-connections.ts'

/** Milliseconds. */
const interval = 25
/** Connections that are examined in one interval. Each costs about a microsecond. */
const perInterval = 256

/**
 * Closes connections that their clients have reset. Node notices this only when it reads. So without this, the gateway
 * would parse and answer all requests that a closed connection had sent before.
 */
export function closeResetConnections(app: FastifyInstance, connections: Pick<OpenConnections, 'sockets'>): void {
  let sockets = connections.sockets()[Symbol.iterator]()

  function examineNext(): void {
    for (let examined = 0; examined < perInterval; examined++) {
      const next = sockets.next()
      if (next.done === true) {
        sockets = connections.sockets()[Symbol.iterator]()
        return
      }
      // After an upgrade, a socket can be neither paused nor read.
      if (next.value.readableFlowing !== true && isReset(next.value)) next.value.destroy()
    }
  }

  const timer = setInterval(examineNext, interval).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
