import type { FastifyInstance } from 'fastify'
import { type IncomingConnection, receiveConnections } from '../listening/incoming-connections.ts'
import type { OpenConnections } from './open-connections.ts'
import type { SlicedReads } from './sliced-reads.ts'

/** Connections that the gateway begins to read in one turn of the event loop: all, and of unknown networks. */
const perTurn = 8
const unknownPerTurn = 2
/** Connections that are taken in one turn, including those that were reset. */
const maxTaken = 128
/** While more connections wait to be parsed, new connections wait, too. */
const maxWaiting = 32

export interface AdmitConnectionsOptions {
  readonly connections: Pick<
    OpenConnections,
    'networkOf' | 'unread' | 'refuse' | 'makeRoom' | 'maxUnread' | 'hasWaiting'
  >
  readonly reads: Pick<SlicedReads, 'waiting'>
}

/**
 * Accepts connections at once, and reads them when it can parse what they send. A connection that is not read costs
 * little, because Node makes no socket for it, and its bytes stay in the kernel. Networks of known principals come
 * first, and networks take turns. Trusted proxies are read at once.
 *
 * @returns receives the connections of each handle that listens; see `receiveConnections`
 */
export function admitConnections(
  app: FastifyInstance,
  { connections, reads }: AdmitConnectionsOptions,
): (connection: IncomingConnection) => void {
  const { known, unknown } = connections.unread
  let isScheduled = false
  let isStopping = false

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(admitSome)
  }

  /** For the next turn, but if no connection could be taken, the event loop can sleep. */
  function scheduleNext(taken: number): void {
    if (known.size + unknown.size === 0) return
    isScheduled = true
    if (taken > 0) setImmediate(admitSome)
    else setTimeout(admitSome, 1)
  }

  function admitSome(): void {
    isScheduled = false
    const taken = admit(takeUnknown, unknownPerTurn)
    scheduleNext(taken + admit(takeKnown, perTurn - unknownPerTurn))
  }

  /** @returns how many connections were taken, including those that were reset */
  function admit(take: () => IncomingConnection | undefined, max: number): number {
    let admitted = 0
    let taken = 0
    while (admitted < max && taken < maxTaken && reads.waiting() <= maxWaiting) {
      const connection = take()
      if (connection === undefined) break
      taken += 1
      if (connection.isReset()) connection.close()
      else {
        admitted += 1
        connection.makeSocket()
      }
    }
    return taken
  }

  function takeKnown(): IncomingConnection | undefined {
    return known.take(() => true)
  }

  /** Skips networks whose requests wait for their start, because further bodies would only use memory. */
  function takeUnknown(): IncomingConnection | undefined {
    return unknown.take((network) => !connections.hasWaiting(network))
  }

  function receive(connection: IncomingConnection): void {
    const network = connections.networkOf(connection.address)
    const isAnyUnread = known.size + unknown.size > 0
    if (network === null || isStopping || (!isAnyUnread && reads.waiting() === 0)) {
      connection.makeSocket()
      return
    }
    const { name, isKnown } = network
    const unread = isKnown ? known : unknown
    const max = connections.maxUnread(network)
    if (unread.sizeOf(name) >= max) unread.closeReset(name)
    if (unread.sizeOf(name) >= max) {
      connection.close()
      connections.refuse(connection.address, 'CONNECTIONS_PER_CALLER')
      return
    }
    unread.add(name, connection)
    connections.makeRoom()
    schedule()
  }

  app.server.on('listening', () => receiveConnections(app.server, receive))
  app.addHook('preClose', async function closeUnread() {
    isStopping = true
    known.closeAll()
    unknown.closeAll()
  })
  return receive
}
