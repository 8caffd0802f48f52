import type { IncomingConnection } from '../listening/incoming-connections.ts'
import { type ActivityOrder, createActivityOrder } from './activity-order.ts'

/** Connections that nothing reads yet, by the name of their network. */
export interface UnreadConnections {
  readonly size: number
  sizeOf(network: string): number
  add(network: string, connection: IncomingConnection): void
  /**
   * Takes a connection of the network whose turn it is: its newest and its oldest one in turns. The newest is least
   * likely to have been given up, and with many others, only the oldest would never be read.
   *
   * @param mayRead whether connections of the network can be taken now
   */
  take(mayRead: (network: string) => boolean): IncomingConnection | undefined
  /** Takes the newest connection of a network with the most connections. */
  takeOfLargest(): IncomingConnection | undefined
  /** Closes connections at the oldest end of the network that were reset, a limited number at a time. */
  closeReset(network: string): void
  closeAll(): void
}

interface Network {
  readonly connections: ActivityOrder<IncomingConnection>
  isTurnOfOldest: boolean
}

/** The most networks that are examined to find a connection that can be read. */
const maxTried = 32
/** The most connections that are closed at once because they were reset. */
const maxReset = 16

export function createUnreadConnections(): UnreadConnections {
  /** In the order of their turns. */
  const networks = new Map<string, Network>()
  /** The names of networks by their number of connections. The last set is not empty. */
  const bySize: Set<string>[] = []
  let size = 0

  function change(name: string, { connections }: Network, apply: () => void): void {
    const before = connections.size
    apply()
    size += connections.size - before
    bySize[before]?.delete(name)
    if (connections.size === 0) networks.delete(name)
    else bySize[connections.size] = (bySize[connections.size] ?? new Set()).add(name)
    while (bySize.length > 0 && !bySize.at(-1)?.size) bySize.pop()
  }

  function takeFrom(name: string, network: Network, end: 'newest' | 'longestIdle'): IncomingConnection | undefined {
    const connection = network.connections[end]()
    if (connection !== undefined) change(name, network, () => network.connections.delete(connection))
    return connection
  }

  return {
    get size() {
      return size
    },
    sizeOf: (name) => networks.get(name)?.connections.size ?? 0,
    add(name, connection) {
      const network = networks.get(name) ?? { connections: createActivityOrder(), isTurnOfOldest: false }
      networks.set(name, network)
      change(name, network, () => network.connections.add(connection))
    },
    take(mayRead) {
      let tried = 0
      for (const [name, network] of networks) {
        if (tried++ === maxTried) break
        // Behind the other networks.
        networks.delete(name)
        networks.set(name, network)
        if (!mayRead(name)) continue
        const end = network.isTurnOfOldest ? 'longestIdle' : 'newest'
        network.isTurnOfOldest = !network.isTurnOfOldest
        return takeFrom(name, network, end)
      }
      return undefined
    },
    takeOfLargest() {
      const [name = ''] = bySize.at(-1) ?? []
      const network = networks.get(name)
      return network && takeFrom(name, network, 'newest')
    },
    closeReset(name) {
      const network = networks.get(name)
      if (network === undefined) return
      for (let closed = 0; closed < maxReset && network.connections.longestIdle()?.isReset() === true; closed++)
        takeFrom(name, network, 'longestIdle')?.close()
    },
    closeAll() {
      for (const { connections } of networks.values())
        for (let next = connections.newest(); next !== undefined; next = connections.newest()) {
          connections.delete(next)
          next.close()
        }
      networks.clear()
      bySize.length = 0
      size = 0
    },
  }
}
