import type { Socket } from 'node:net'
import { type Limits, limitsOfResource } from '@rack-gateway/config'
import { compileNetworks, readNetwork } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import { clientNetworks } from '../rate-limits/client-network.ts'
import { limitKeyOf } from '../rate-limits/limit-key.ts'
import { type ActivityOrder, createActivityOrder } from './activity-order.ts'

export interface OpenConnectionsOptions {
  readonly limits: Limits
  readonly trustedProxies: readonly string[]
}

interface Connection {
  readonly socket: Socket
  readonly address: string
  readonly isProxy: boolean
  /** The networks that the connection counts for, until a request on it is authenticated. */
  networks: readonly string[]
  /** The limit key of the principal that the connection counts for. */
  principal: string | null
}

type Limit = 'CONNECTIONS' | 'CONNECTIONS_PER_CALLER' | 'memory of heads' | 'memory of unsent responses'

export interface OpenConnections {
  /**
   * Counts a connection that was accepted.
   *
   * @returns the network of its client; null if the connection was closed, because all are taken
   */
  open(socket: Socket): ConnectionNetwork | null
  count(): number
  /** Whether it is open and not from a trusted proxy. */
  isClient(socket: Socket): boolean
  ofClients(): Iterable<Socket>
  sockets(): Iterable<Socket>
  close(socket: Socket, limit: Limit): void
}

export interface ConnectionNetwork {
  readonly name: string
  /** Whether it is a trusted proxy, or a principal was authenticated from it lately. */
  readonly isKnown: boolean
}

/** Networks from which principals were authenticated. */
const maxKnownNetworks = 10_000
/** Milliseconds after the latest authentication. */
const knownFor = 10 * 60_000

/**
 * Limits the open connections, so that file descriptors remain for racks and the database.
 *
 * A connection counts for its client networks until a request on it is authenticated, and then for the principal. At a
 * limit, the unauthenticated connection without activity for the longest time is closed for the new connection. A
 * request that begins or is answered is activity. Received bytes are not, so that slow requests are closed first.
 * A trusted proxy has connections for all callers, so only the limit of all connections applies to it.
 */
export function limitOpenConnections(
  app: FastifyInstance,
  { limits, trustedProxies }: OpenConnectionsOptions,
): OpenConnections {
  const {
    process: maxConnections,
    principal: maxOfPrincipal,
    network: maxOfNetwork,
    site,
  } = limitsOfResource('connections', limits)
  const isProxy = compileNetworks(trustedProxies.flatMap((network) => readNetwork(network) ?? []))
  const connections = new Map<Socket, Connection>()
  /** Unauthenticated connections, and connections above the limit of their principal. */
  const closable = createActivityOrder<Connection>()
  const networks = new Map<string, ActivityOrder<Connection>>()
  const principals = new Map<string, number>()
  const knownNetworks = new LRUCache<string, true>({ max: maxKnownNetworks, ttl: knownFor })

  function joinNetworks(connection: Connection): void {
    for (const network of connection.networks) {
      const order = networks.get(network) ?? createActivityOrder<Connection>()
      order.add(connection)
      networks.set(network, order)
    }
  }

  function leaveNetworks(connection: Connection): void {
    for (const network of connection.networks) {
      const order = networks.get(network)
      order?.delete(connection)
      if (order?.size === 0) networks.delete(network)
    }
    connection.networks = []
  }

  function leavePrincipal({ principal }: Connection): void {
    if (principal === null) return
    const count = (principals.get(principal) ?? 0) - 1
    if (count > 0) principals.set(principal, count)
    else principals.delete(principal)
  }

  function forget(connection: Connection): void {
    if (!connections.delete(connection.socket)) return
    closable.delete(connection)
    leaveNetworks(connection)
    leavePrincipal(connection)
  }

  function close(connection: Connection, limit: Limit): void {
    // The event `close` of the socket comes later, and the new connection is counted before it.
    forget(connection)
    connection.socket.destroy()
    const { address } = connection
    app.unauthenticatedLog.note(`connection closed ${limit}`, 'warn', { event: 'connection.closed', limit, address })
  }

  /** Whether the new connection can be counted. */
  function makeRoom(newNetworks: readonly string[]): boolean {
    for (const [index, network] of newNetworks.entries()) {
      const order = networks.get(network)
      const longestIdle = order?.longestIdle()
      if (order === undefined || longestIdle === undefined) continue
      if (order.size >= (index === 0 ? maxOfNetwork : site)) close(longestIdle, 'CONNECTIONS_PER_CALLER')
    }
    if (connections.size < maxConnections) return true
    const longestIdle = closable.longestIdle()
    if (longestIdle === undefined) return false
    close(longestIdle, 'CONNECTIONS')
    return true
  }

  function refresh(socket: Socket): void {
    const connection = connections.get(socket)
    if (connection === undefined) return
    closable.refresh(connection)
    for (const network of connection.networks) networks.get(network)?.refresh(connection)
  }

  function open(socket: Socket): ConnectionNetwork | null {
    // This first read makes Node cache the address. Otherwise, the event of a disconnected caller would lack it.
    const address = socket.remoteAddress ?? ''
    const ofProxy = isProxy(address)
    const newNetworks = ofProxy ? [] : clientNetworks(address)
    if (!makeRoom(newNetworks)) {
      socket.destroy()
      app.unauthenticatedLog.note('connection refused', 'warn', { event: 'connection.refused', address })
      return null
    }
    const connection: Connection = { socket, address, isProxy: ofProxy, networks: newNetworks, principal: null }
    connections.set(socket, connection)
    joinNetworks(connection)
    if (!ofProxy) closable.add(connection)
    socket.once('close', () => forget(connection))
    const [name = address] = newNetworks
    return { name, isKnown: ofProxy || knownNetworks.has(name) }
  }

  app.addHook('onRequest', function countBegunRequest({ raw: { socket } }, _reply, done) {
    refresh(socket)
    done()
  })
  app.addHook('onResponse', function countAnsweredRequest({ raw: { socket } }, _reply, done) {
    refresh(socket)
    done()
  })
  app.addHook('preParsing', function countForPrincipal({ raw: { socket }, principal }, reply, payload, done) {
    const connection = connections.get(socket)
    if (connection !== undefined && !connection.isProxy && connection.principal === null && principal) {
      const key = limitKeyOf(principal)
      const count = (principals.get(key) ?? 0) + 1
      principals.set(key, count)
      connection.principal = key
      const [network] = connection.networks
      if (network !== undefined) knownNetworks.set(network, true)
      leaveNetworks(connection)
      // A connection above the limit stays closable. Otherwise, one principal could take all connections.
      if (count > maxOfPrincipal) reply.raw.setHeader('connection', 'close')
      else closable.delete(connection)
    }
    done(null, payload)
  })

  return {
    open,
    count: () => connections.size,
    isClient: (socket) => connections.get(socket)?.isProxy === false,
    *ofClients() {
      for (const { socket, isProxy } of connections.values()) if (!isProxy) yield socket
    },
    sockets: () => connections.keys(),
    close(socket, limit) {
      const connection = connections.get(socket)
      if (connection !== undefined) close(connection, limit)
    },
  }
}
