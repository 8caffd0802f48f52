import type { RunningFlood } from './flood.ts'
import { type FloodSocket, openSocket } from './flood-socket.ts'

export interface ConnectionPoolOptions {
  readonly url: string
  /** The number of connections. A connection that ends is opened again. */
  readonly count: number
  readonly onOpen: (socket: FloodSocket, index: number) => void
  readonly onResponse?: (socket: FloodSocket, index: number) => void
  readonly onBytes?: (socket: FloodSocket, bytes: number) => void
  /** Milliseconds between two calls of `onInterval`. */
  readonly interval?: number
  readonly onInterval?: (open: (onOpen: (socket: FloodSocket) => void) => FloodSocket) => void
  /** The source address of a connection. Default: the system chooses it. */
  readonly addressOf?: (index: number) => string
  /** Milliseconds in which the connections are opened, evenly. Default: all are opened at once. */
  readonly rampUp?: number
  /** Milliseconds until a connection that ended is opened again. Default: 20. */
  readonly reopenAfter?: number
}

/** Keeps a number of connections open until it is stopped. */
export function openConnections({
  url,
  count,
  onOpen,
  onResponse,
  onBytes,
  interval,
  onInterval,
  addressOf,
  rampUp = 0,
  reopenAfter = 20,
}: ConnectionPoolOptions): RunningFlood {
  const statuses = new Map<string, number>()
  const sockets = new Set<FloodSocket>()
  let received = 0
  let isStopped = false

  function countStatus(status: string): void {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }

  function open(index: number, begin: (socket: FloodSocket) => void, onEnd: () => void): FloodSocket {
    const socket = openSocket(url, {
      localAddress: addressOf?.(index),
      onOpen: begin,
      onStatus: (status) => {
        countStatus(status)
        if (!isStopped) onResponse?.(socket, index)
      },
      onBytes(bytes) {
        received += bytes
        onBytes?.(socket, bytes)
      },
      onClose: () => {
        sockets.delete(socket)
        if (!isStopped) setTimeout(onEnd, reopenAfter)
      },
    })
    sockets.add(socket)
    return socket
  }

  function keepOpen(index: number): void {
    if (!isStopped)
      open(
        index,
        (socket) => onOpen(socket, index),
        () => keepOpen(index),
      )
  }

  for (let index = 0; index < count; index++)
    if (rampUp === 0) keepOpen(index)
    else setTimeout(() => keepOpen(index), (index * rampUp) / count)
  const timer = onInterval && setInterval(() => onInterval((begin) => open(count, begin, () => undefined)), interval)
  return {
    statuses,
    received: () => received,
    stop() {
      isStopped = true
      clearInterval(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}
