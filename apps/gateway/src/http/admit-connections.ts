import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { type ActivityOrder, createActivityOrder } from './activity-order.ts'
import type { ConnectionNetwork, OpenConnections, UnreadConnections } from './open-connections.ts'
import type { SlicedReads } from './sliced-reads.ts'

/** Connections that the gateway begins to read in one turn of the event loop. */
const perTurn = 8
/** While more connections wait to be parsed, new connections wait, too. */
const maxWaiting = 8

export interface AdmitConnectionsOptions {
  readonly connections: Pick<OpenConnections, 'open' | 'beginReading' | 'makeRoom' | 'maxUnread' | 'close'>
  readonly reads: Pick<SlicedReads, 'waiting'>
}

/**
 * Accepts connections at once, and reads them when it can parse what they send. A connection that is not read costs
 * little, and its bytes stay in the kernel. Networks of known principals come first, and networks take turns. Trusted
 * proxies are read at once.
 *
 * Must be called after all other code has added its listeners for connections. They are called when a connection is
 * read.
 */
export function admitConnections(server: Server, { connections, reads }: AdmitConnectionsOptions): void {
  const listeners = server.listeners('connection')
  const known = createQueue()
  const unknown = createQueue()
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
      if (socket === undefined) return
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

  function wait(socket: Socket, { name, isKnown }: ConnectionNetwork): void {
    const queue = isKnown ? known : unknown
    // Nobody notices the end of a connection that is not read, so one network must not fill the queue.
    if (queue.sizeOf(name) >= connections.maxUnread) {
      connections.close(socket, 'CONNECTIONS_PER_CALLER')
      return
    }
    queue.add(name, socket)
    // Without a listener, an error would end the process.
    socket.on('error', () => {})
    socket.once('close', () => queue.remove(name, socket))
    schedule()
  }

  // The option of `net.createServer`, which `http.createServer` lacks.
  Object.assign(server, { pauseOnConnect: true })
  server.removeAllListeners('connection').on('connection', accept)
}

interface Queue extends UnreadConnections {
  sizeOf(network: string): number
  add(network: string, socket: Socket): void
  remove(network: string, socket: Socket): void
  /** Takes the oldest connection of the network whose turn it is. */
  take(): Socket | undefined
}

function createQueue(): Queue {
  /** In the order of their turns. */
  const networks = new Map<string, ActivityOrder<Socket>>()
  let largest = ''
  let size = 0

  function remove(network: string, socket: Socket): void {
    const sockets = networks.get(network)
    if (sockets === undefined) return
    size -= sockets.size
    sockets.delete(socket)
    size += sockets.size
    if (sockets.size === 0) networks.delete(network)
  }

  return {
    size: () => size,
    sizeOf: (network) => networks.get(network)?.size ?? 0,
    add(network, socket) {
      const sockets = networks.get(network) ?? createActivityOrder<Socket>()
      sockets.add(socket)
      networks.set(network, sockets)
      size += 1
      if (sockets.size >= (networks.get(largest)?.size ?? 0)) largest = network
    },
    remove,
    take() {
      for (const [network, sockets] of networks) {
        const socket = sockets.longestIdle()
        if (socket === undefined) continue
        remove(network, socket)
        // Behind the other networks.
        if (networks.delete(network)) networks.set(network, sockets)
        return socket
      }
      return undefined
    },
    takeNewest() {
      const [first = ''] = networks.keys()
      const network = networks.has(largest) ? largest : first
      const socket = networks.get(network)?.newest()
      if (socket !== undefined) remove(network, socket)
      return socket
    },
  }
}
