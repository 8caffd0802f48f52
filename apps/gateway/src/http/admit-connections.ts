import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { OpenConnections } from './open-connections.ts'

/** Connections that the gateway begins to read in one turn of the event loop. */
const perTurn = 8
/** Connections with bytes that wait to be parsed. Above this number, new connections wait, too. */
const maxUnparsed = 8

export interface AdmitConnectionsOptions {
  readonly connections: OpenConnections
  /** The number of connections with bytes that wait to be parsed. */
  readonly unparsed: () => number
}

/**
 * Accepts connections at once, and reads them when it can parse what they send. A connection that is not read costs
 * little, and its bytes stay in the kernel. Networks of known principals come first, and networks take turns.
 *
 * Must be called after all other code has added its listeners for connections. They are called when a connection is
 * read.
 */
export function admitConnections(server: Server, { connections, unparsed }: AdmitConnectionsOptions): void {
  const listeners = server.listeners('connection')
  const known = createQueue()
  const unknown = createQueue()
  let isScheduled = false

  function admit(socket: Socket): void {
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
    for (let admitted = 0; admitted < perTurn && unparsed() <= maxUnparsed; admitted++) {
      // One connection of unknown networks in each turn, however many others there are.
      const socket = admitted === 0 ? (unknown.take() ?? known.take()) : (known.take() ?? unknown.take())
      if (socket === null) return
      admit(socket)
    }
    if (known.size() + unknown.size() > 0) schedule()
  }

  function accept(socket: Socket): void {
    const network = connections.open(socket)
    if (network === null) return
    if (known.size() + unknown.size() === 0 && unparsed() === 0) {
      admit(socket)
      return
    }
    const queue = network.isKnown ? known : unknown
    queue.add(network.name, socket)
    // Without a listener, an error would end the process.
    socket.on('error', () => {})
    socket.once('close', () => queue.remove(network.name, socket))
    schedule()
  }

  // The option of `net.createServer`, which `http.createServer` lacks.
  Object.assign(server, { pauseOnConnect: true })
  server.removeAllListeners('connection').on('connection', accept)
}

interface Queue {
  size(): number
  add(network: string, socket: Socket): void
  remove(network: string, socket: Socket): void
  /** Takes the oldest connection of the network whose turn it is. */
  take(): Socket | null
}

function createQueue(): Queue {
  /** In the order of their turns. */
  const networks = new Map<string, Set<Socket>>()
  let size = 0

  function remove(network: string, socket: Socket): void {
    const sockets = networks.get(network)
    if (sockets?.delete(socket) !== true) return
    size -= 1
    if (sockets.size === 0) networks.delete(network)
  }

  return {
    size: () => size,
    add(network, socket) {
      networks.set(network, (networks.get(network) ?? new Set()).add(socket))
      size += 1
    },
    remove,
    take() {
      for (const [network, sockets] of networks)
        for (const socket of sockets) {
          remove(network, socket)
          // Behind the other networks.
          if (networks.delete(network)) networks.set(network, sockets)
          return socket
        }
      return null
    },
  }
}
