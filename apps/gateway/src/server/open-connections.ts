import type { Socket } from 'node:net'
import { type Limits, limitsOfResource } from '@rack-gateway/config'
import { compileNetworks, readNetwork } from '@rack-gateway/rbac-policy'
import type { FastifyInstance } from 'fastify'
import { LRUCache } from 'lru-cache'
import { type ActivityOrder, createActivityOrder } from '../http/activity-order.ts'
import { clientNetworks } from '../rate-limits/client-network.ts'
import { type Payer, principalPayer } from '../resource-account/payer.ts'
import { createUnreadConnections, type UnreadConnections } from './unread-connections.ts'

export interface OpenConnectionsOptions {
  readonly limits: Limits
  readonly trustedProxies: readonly string[]
}

interface Connection {
  readonly socket: Socket
  readonly address: string
  /** Null for a trusted proxy. */
  readonly network: ConnectionNetwork | null
  /** The networks that the connection counts for, until a request on it is authenticated. */
  networks: readonly string[]
  /** The key of the principal that the connection counts for. */
  principal: string | null
  /** Whether the principal had too many connections already. */
  isAboveLimit: boolean
  isAuthenticated: boolean
}

type Limit = 'CONNECTIONS' | 'CONNECTIONS_PER_CALLER' | 'memory of heads' | 'memory of unsent responses'

export interface OpenConnections {
  /** They count for the limit of all connections. */
  readonly unread: { readonly unknown: UnreadConnections; readonly known: UnreadConnections }
  /** @returns null for a trusted proxy */
  networkOf(address: string): ConnectionNetwork | null
  /** Counts the connection for a principal instead of its networks. Only authentication protects it from being closed. */
  countFor(socket: Socket, payer: Payer): void
  /**
   * If too many connections are open, closes one: of unknown networks before known ones, and of those that are read or
   * unread, whichever are more. An unread one is of the network with the most of them.
   */
  makeRoom(): void
  /** Unread connections of one network. */
  maxUnread(network: ConnectionNetwork): number
  /** Notes that a request of an unknown caller waits for its start. @returns a function that ends this */
  beginWaiting(socket: Socket): () => void
  /** Whether requests of unknown callers of the network wait for their start. */
  hasWaiting(networkName: string): boolean
  /** Without unread connections. */
  count(): number
  /** Whether it is open and not from a trusted proxy. */
  isClient(socket: Socket): boolean
  /** Whether a principal was authenticated from its network lately. */
  isKnown(socket: Socket): boolean
  sockets(): Iterable<Socket>
  /** Without those of trusted proxies. */
  ofClients(): Iterable<Socket>
  close(socket: Socket, limit: Limit): void
  /** Logs that a connection was closed before anything else. */
  refuse(address: string, limit: Limit): void
}

export interface ConnectionNetwork {
  /** For IPv6, the /56, because one caller can have all networks in it. */
  readonly name: string
  /** Whether a principal was authenticated from it lately. */
  readonly isKnown: boolean
}

/** Networks from which principals were authenticated. */
const maxKnownNetworks = 10_000
/** A known network can have so many times as many unread connections, because principals share it with others. */
const knownFactor = 2
/** Milliseconds after a connection was authenticated. */
const knownFor = 10 * 60_000

/**
 * Limits the open connections, so that file descriptors remain for racks and the database.
 *
 * A connection counts for its client networks until a request on it is authenticated, and then for the principal. At a
 * limit, the unauthenticated connection without activity for the longest time is closed for the new connection.
 * Connections from the networks of principals are closed only after all others. A request that begins or is answered is
 * activity. Received bytes are not, so that slow requests are closed first.
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
  const unread = { unknown: createUnreadConnections(), known: createUnreadConnections() }
  /** Unauthenticated connections, and connections above the limit of their principal, of unknown and known networks. */
  const closable = { unknown: createActivityOrder<Connection>(), known: createActivityOrder<Connection>() }
  const networks = new Map<string, ActivityOrder<Connection>>()
  const principals = new Map<string, number>()
  /** The number of requests of unknown callers that wait for their start, by the name of their network. */
  const waiting = new Map<string, number>()
  const knownNetworks = new LRUCache<string, true>({ max: maxKnownNetworks, ttl: knownFor })

  function closableLike({ network }: Connection): ActivityOrder<Connection> {
    return network?.isKnown === true ? closable.known : closable.unknown
  }

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
    closableLike(connection).delete(connection)
    leaveNetworks(connection)
    leavePrincipal(connection)
  }

  function close(connection: Connection, limit: Limit): void {
    // The event `close` of the socket comes later, and the new connection is counted before it.
    forget(connection)
    connection.socket.destroy()
    refuse(connection.address, limit)
  }

  function refuse(address: string, limit: Limit): void {
    app.unauthenticatedLog.note(`connection closed ${limit}`, 'warn', { event: 'connection.closed', limit, address })
  }

  function makeRoom(): void {
    if (connections.size + unread.unknown.size + unread.known.size <= maxConnections) return
    closeOneOf('unknown') || closeOneOf('known')
  }

  /** @returns whether there was one */
  function closeOneOf(kind: 'unknown' | 'known'): boolean {
    const longestIdle = closable[kind].longestIdle()
    if (longestIdle !== undefined && unread[kind].size <= closable[kind].size) {
      close(longestIdle, 'CONNECTIONS')
      return true
    }
    const connection = unread[kind].takeOfLargest()
    if (connection === undefined) return false
    connection.close()
    refuse(connection.address, 'CONNECTIONS')
    return true
  }

  function makeRoomIn(newNetworks: readonly string[]): void {
    for (const [index, network] of newNetworks.entries()) {
      const order = networks.get(network)
      const longestIdle = order?.longestIdle()
      if (order === undefined || longestIdle === undefined) continue
      if (order.size >= (index === 0 ? maxOfNetwork : site)) close(longestIdle, 'CONNECTIONS_PER_CALLER')
    }
  }

  function refresh(socket: Socket): void {
    const connection = connections.get(socket)
    if (connection === undefined) return
    closableLike(connection).refresh(connection)
    for (const network of connection.networks) networks.get(network)?.refresh(connection)
  }

  function networkOf(address: string): ConnectionNetwork | null {
    if (isProxy(address)) return null
    const networks = clientNetworks(address)
    return { name: networks.at(-1) ?? address, isKnown: networks.some((network) => knownNetworks.has(network)) }
  }

  app.server.on('connection', function open(socket: Socket) {
    // This first read makes Node cache the address. Otherwise, the event of a disconnected caller would lack it.
    const address = socket.remoteAddress ?? ''
    const network = networkOf(address)
    const connection: Connection = {
      socket,
      address,
      network,
      networks: network === null ? [] : clientNetworks(address),
      principal: null,
      isAboveLimit: false,
      isAuthenticated: false,
    }
    connections.set(socket, connection)
    socket.once('close', () => forget(connection))
    if (network !== null) {
      makeRoomIn(connection.networks)
      joinNetworks(connection)
      closableLike(connection).add(connection)
    }
    makeRoom()
  })

  function beginWaiting(socket: Socket): () => void {
    const name = connections.get(socket)?.network?.name
    if (name === undefined) return () => {}
    waiting.set(name, (waiting.get(name) ?? 0) + 1)
    return function endWaiting() {
      const count = (waiting.get(name) ?? 0) - 1
      if (count > 0) waiting.set(name, count)
      else waiting.delete(name)
    }
  }

  app.addHook('onRequest', function countBegunRequest({ raw: { socket } }, _reply, done) {
    refresh(socket)
    done()
  })
  app.addHook('onResponse', function countServedRequest({ raw: { socket } }, _reply, done) {
    refresh(socket)
    done()
  })
  function countFor(socket: Socket, { key }: Payer): void {
    const connection = connections.get(socket)
    if (!connection?.network || connection.principal !== null) return
    const count = (principals.get(key) ?? 0) + 1
    principals.set(key, count)
    connection.principal = key
    connection.isAboveLimit = count > maxOfPrincipal
    leaveNetworks(connection)
  }

  app.addHook('preParsing', function countForPrincipal({ raw: { socket }, principal }, reply, payload, done) {
    const connection = connections.get(socket)
    if (connection?.network && principal) {
      if (!connection.isAuthenticated) {
        connection.isAuthenticated = true
        knownNetworks.set(clientNetworks(connection.address)[0], true)
        countFor(socket, principalPayer(principal))
      }
      // A connection above the limit stays closable. Otherwise, one principal could take all connections.
      if (connection.isAboveLimit) reply.raw.setHeader('connection', 'close')
      else closableLike(connection).delete(connection)
    }
    done(null, payload)
  })

  return {
    unread,
    networkOf,
    countFor,
    makeRoom,
    maxUnread: ({ isKnown }) => (isKnown ? knownFactor : 1) * maxOfNetwork,
    beginWaiting,
    hasWaiting: (name) => waiting.has(name),
    count: () => connections.size,
    isClient: (socket) => !!connections.get(socket)?.network,
    isKnown: (socket) => connections.get(socket)?.network?.isKnown === true,
    sockets: () => connections.keys(),
    *ofClients() {
      for (const { socket, network } of connections.values()) if (network !== null) yield socket
    },
    close(socket, limit) {
      const connection = connections.get(socket)
      if (connection !== undefined) close(connection, limit)
    },
    refuse,
  }
}
