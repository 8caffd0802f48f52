import type { Socket } from 'node:net'
import type { Limits } from '@rack-gateway/config'
import { compileNetworks, readNetwork } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import { clientNetwork } from '../rate-limits/client-network.ts'
import { limitKeyOf } from '../rate-limits/limit-key.ts'

export interface OpenConnectionsOptions {
  readonly limits: Pick<Limits, 'connections' | 'connectionsPerCaller'>
  readonly trustedProxies: readonly string[]
}

/**
 * Limits the open connections, so that file descriptors remain for racks and the database.
 * A connection counts for its client network until a request on it is authenticated, and then for the principal.
 * A trusted proxy has connections for all callers, so only the limit of all connections applies to it.
 */
export function limitOpenConnections(app: FastifyInstance, { limits, trustedProxies }: OpenConnectionsOptions): void {
  const isProxy = compileNetworks(trustedProxies.flatMap((network) => readNetwork(network) ?? []))
  const counts = new Map<string, number>()
  const callers = new WeakMap<Socket, string>()

  function add(caller: string): number {
    const count = (counts.get(caller) ?? 0) + 1
    counts.set(caller, count)
    return count
  }

  function remove(caller: string): void {
    const count = (counts.get(caller) ?? 0) - 1
    if (count > 0) counts.set(caller, count)
    else counts.delete(caller)
  }

  app.server.maxConnections = limits.connections
  app.server.on('connection', function countConnection(socket) {
    const address = socket.remoteAddress ?? ''
    if (isProxy(address)) return
    const network = `network ${clientNetwork(address)}`
    if ((counts.get(network) ?? 0) >= limits.connectionsPerCaller) {
      socket.destroy()
      app.unauthenticatedLog.note('connection refused', 'warn', { event: 'connection.refused', address })
      return
    }
    add(network)
    callers.set(socket, network)
    socket.once('close', () => remove(callers.get(socket) ?? network))
  })

  app.addHook('preParsing', function countForPrincipal({ raw: { socket }, principal }, reply, payload, done) {
    const caller = callers.get(socket)
    if (caller?.startsWith('network ') && principal) {
      const key = `principal ${limitKeyOf(principal)}`
      remove(caller)
      callers.set(socket, key)
      if (add(key) > limits.connectionsPerCaller) reply.raw.setHeader('connection', 'close')
    }
    done(null, payload)
  })
}
