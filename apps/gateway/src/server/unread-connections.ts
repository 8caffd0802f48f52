import { type ActivityOrder, createActivityOrder } from '../http/activity-order.ts'
import type { IncomingConnection } from '../listening/incoming-connections.ts'

/** Connections that nothing reads yet, by the name of their network. */
export interface UnreadConnections {
  readonly size: number
  sizeOf(network: string): number
  add(network: string, connection: IncomingConnection): void
  /**
   * Alternates between the newest network and the network whose turn it is, and in each network between the oldest
   * and the newest connection. Clients of the newest connections are most likely to wait still. If only those were
   * taken, the gateway would never read the older ones.
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
  readonly name: string
  readonly connections: ActivityOrder<IncomingConnection>
  isTurnOfNewest: boolean
}

/** The most networks that are examined to find a connection that can be read. */
const maxTried = 32
/** The most connections that are closed at once because they were reset. */
const maxReset = 16

export function createUnreadConnections(): UnreadConnections {
  /** In the order of their turns. */
  const networks = new Map<string, Network>()
  /** Those from which nothing was taken yet. */
  const newNetworks = createActivityOrder<Network>()
  /** The names of networks by their number of connections. The last set is not empty. */
  const bySize: Set<string>[] = []
  let size = 0
  let isTurnOfNew = false

  function change(network: Network, apply: () => void): void {
    const { name, connections } = network
    const before = connections.size
    apply()
    size += connections.size - before
    bySize[before]?.delete(name)
    if (connections.size === 0) forget(network)
    else bySize[connections.size] = (bySize[connections.size] ?? new Set()).add(name)
    while (bySize.length > 0 && !bySize.at(-1)?.size) bySize.pop()
  }

  function forget(network: Network): void {
    networks.delete(network.name)
    newNetworks.delete(network)
  }

  function takeFrom(network: Network, end: 'newest' | 'longestIdle'): IncomingConnection | undefined {
    const connection = network.connections[end]()
    if (connection !== undefined) change(network, () => network.connections.delete(connection))
    return connection
  }

  function nextInTurn(mayRead: (network: string) => boolean): Network | undefined {
    let tried = 0
    for (const [name, network] of networks) {
      if (tried++ === maxTried) break
      // Behind the other networks.
      networks.delete(name)
      networks.set(name, network)
      if (mayRead(name)) return network
    }
    return undefined
  }

  function newest(mayRead: (network: string) => boolean): Network | undefined {
    const network = newNetworks.newest()
    return network !== undefined && mayRead(network.name) ? network : undefined
  }

  return {
    get size() {
      return size
    },
    sizeOf: (name) => networks.get(name)?.connections.size ?? 0,
    add(name, connection) {
      const known = networks.get(name)
      const network = known ?? { name, connections: createActivityOrder(), isTurnOfNewest: false }
      if (known === undefined) {
        networks.set(name, network)
        newNetworks.add(network)
      }
      change(network, () => network.connections.add(connection))
    },
    take(mayRead) {
      isTurnOfNew = !isTurnOfNew
      const network = (isTurnOfNew ? newest(mayRead) : undefined) ?? nextInTurn(mayRead)
      if (network === undefined) return undefined
      newNetworks.delete(network)
      const end = network.isTurnOfNewest ? 'newest' : 'longestIdle'
      network.isTurnOfNewest = !network.isTurnOfNewest
      return takeFrom(network, end)
    },
    takeOfLargest() {
      const [name = ''] = bySize.at(-1) ?? []
      const network = networks.get(name)
      return network && takeFrom(network, 'newest')
    },
    closeReset(name) {
      const network = networks.get(name)
      if (network === undefined) return
      for (let closed = 0; closed < maxReset && network.connections.longestIdle()?.isReset() === true; closed++)
        takeFrom(network, 'longestIdle')?.close()
    },
    closeAll() {
      for (const network of networks.values())
        for (let next = takeFrom(network, 'newest'); next !== undefined; next = takeFrom(network, 'newest'))
          next.close()
    },
  }
}
