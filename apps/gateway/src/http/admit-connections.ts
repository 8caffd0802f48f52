import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { type ActivityOrder, createActivityOrder } from './activity-order.ts'
import type { ConnectionNetwork, OpenConnections, UnreadConnections } from './open-connections.ts'
import type { SlicedReads } from './sliced-reads.ts'

/** Connections that the gateway begins to read in one turn of the event loop. */
const perTurn = 8
/** The most networks that are examined to find a connection that can be read. */
const maxTried = 32
/** While more connections wait to be parsed, new connections wait, too. */
const maxWaiting = 32

export interface AdmitConnectionsOptions {
  readonly connections: Pick<
    OpenConnections,
    'networkOf' | 'open' | 'isFull' | 'refuse' | 'beginReading' | 'makeRoom' | 'maxUnread' | 'hasWaiting' | 'close'
  >
  readonly reads: Pick<SlicedReads, 'waiting'>
}

/** Decides about connections before Node makes a socket for them, which costs several times as much. */
export interface ConnectionFilter {
  /** @param address of the client */
  accepts(address: string): boolean
}

/**
 * Accepts connections at once, and reads them when it can parse what they send. A connection that is not read costs
 * little, and its bytes stay in the kernel. Networks of known principals come first, and networks take turns. Trusted
 * proxies are read at once.
 *
 * Must be called after all other code has added its listeners for connections. They are called when a connection is
 * read.
 */
export function admitConnections(server: Server, { connections, reads }: AdmitConnectionsOptions): ConnectionFilter {
  const listeners = server.listeners('connection')
  const known = createQueue(() => true)
  /** Skips networks whose requests wait for their start, because further bodies would only use memory. */
  const unknown = createQueue((network) => !connections.hasWaiting(network))
  let isScheduled = false

  function admit(socket: Socket): void {
    connections.beginReading(socket)
    for (const listener of listeners) listener.call(server, socket)
    socket.resume()
  }

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setImmediate(admitSome)
  }

  function admitSome(): void {
    isScheduled = false
    for (let admitted = 0; admitted < perTurn && reads.waiting() <= maxWaiting; admitted++) {
      // One connection of unknown networks in each turn, however many others there are.
      const socket = admitted === 0 ? (unknown.take() ?? known.take()) : (known.take() ?? unknown.take())
      if (socket === undefined) break
      admit(socket)
    }
    if (known.size() + unknown.size() > 0) schedule()
  }

  function accept(socket: Socket): void {
    const network = connections.open(socket)
    if (network === null || (known.size() + unknown.size() === 0 && reads.waiting() === 0)) admit(socket)
    else wait(socket, network)
    connections.makeRoom({ unknown, known })
  }

  function wait(socket: Socket, network: ConnectionNetwork): void {
    if (isQueueFull(network)) {
      connections.close(socket, 'CONNECTIONS_PER_CALLER')
      return
    }
    const { name, isKnown } = network
    const queue = isKnown ? known : unknown
    queue.add(name, socket)
    // Without a listener, an error would end the process.
    socket.on('error', () => {})
    socket.once('close', () => queue.remove(name, socket))
    schedule()
  }

  /** Nobody notices the end of a connection that is not read, so one network must not fill the queue. */
  function isQueueFull(network: ConnectionNetwork): boolean {
    return (network.isKnown ? known : unknown).sizeOf(network.name) >= connections.maxUnread(network)
  }

  /** Only connections that would be closed at once otherwise. */
  function limitOf(network: ConnectionNetwork): 'CONNECTIONS' | 'CONNECTIONS_PER_CALLER' | null {
    if (isQueueFull(network)) return 'CONNECTIONS_PER_CALLER'
    const isVictim = !network.isKnown && connections.isFull({ unknown }) && unknown.isLargest(network.name)
    return isVictim ? 'CONNECTIONS' : null
  }

  function accepts(address: string): boolean {
    const network = connections.networkOf(address)
    const limit = network && limitOf(network)
    if (limit !== null) connections.refuse(address, limit)
    return limit === null
  }

  // The option of `net.createServer`, which `http.createServer` lacks.
  Object.assign(server, { pauseOnConnect: true })
  server.removeAllListeners('connection').on('connection', accept)
  return { accepts }
}

interface Queue extends UnreadConnections {
  sizeOf(network: string): number
  /** Whether no network has more connections. */
  isLargest(network: string): boolean
  add(network: string, socket: Socket): void
  remove(network: string, socket: Socket): void
  /** Takes the oldest connection of the network whose turn it is. */
  take(): Socket | undefined
}

/** @param mayRead whether connections of the network can be taken now */
function createQueue(mayRead: (network: string) => boolean): Queue {
  /** In the order of their turns. */
  const networks = new Map<string, ActivityOrder<Socket>>()
  /** The names of networks by their number of connections. The last set is not empty. */
  const bySize: Set<string>[] = []
  let size = 0

  function change(network: string, sockets: ActivityOrder<Socket>, apply: () => void): void {
    const before = sockets.size
    apply()
    size += sockets.size - before
    bySize[before]?.delete(network)
    if (sockets.size === 0) networks.delete(network)
    else bySize[sockets.size] = (bySize[sockets.size] ?? new Set()).add(network)
    while (bySize.length > 0 && !bySize.at(-1)?.size) bySize.pop()
  }

  function remove(network: string, socket: Socket): void {
    const sockets = networks.get(network)
    if (sockets !== undefined) change(network, sockets, () => sockets.delete(socket))
  }

  return {
    size: () => size,
    sizeOf: (network) => networks.get(network)?.size ?? 0,
    isLargest: (network) => bySize.at(-1)?.has(network) === true,
    add(network, socket) {
      const sockets = networks.get(network) ?? createActivityOrder<Socket>()
      networks.set(network, sockets)
      change(network, sockets, () => sockets.add(socket))
    },
    remove,
    take() {
      let tried = 0
      for (const [network, sockets] of networks) {
        const socket = sockets.longestIdle()
        if (tried++ === maxTried) break
        // Behind the other networks.
        networks.delete(network)
        networks.set(network, sockets)
        if (socket === undefined || !mayRead(network)) continue
        remove(network, socket)
        return socket
      }
      return undefined
    },
    takeNewest() {
      const [network = ''] = bySize.at(-1) ?? []
      const socket = networks.get(network)?.newest()
      if (socket !== undefined) remove(network, socket)
      return socket
    },
  }
}
