import type { Socket } from 'node:net'

/** Of all sockets together. One read is at most 64 KiB. */
const readsPerInterval = 2
/** Milliseconds. */
const interval = 10

/** Reads sockets whose bytes nobody needs, so that this takes little time. */
export interface PacedReader {
  /** Reads once, in a later interval if other sockets have used the current one. */
  read(socket: Socket): void
  forget(socket: Socket): void
}

export function createPacedReader(): PacedReader {
  const waiting = new Set<Socket>()
  let reads = 0
  let isScheduled = false

  function schedule(): void {
    if (isScheduled) return
    isScheduled = true
    setTimeout(beginInterval, interval)
  }

  function beginInterval(): void {
    isScheduled = false
    reads = 0
    for (const socket of waiting) {
      if (reads >= readsPerInterval) break
      waiting.delete(socket)
      read(socket)
    }
    if (waiting.size > 0) schedule()
  }

  function read(socket: Socket): void {
    schedule()
    if (reads < readsPerInterval) {
      reads += 1
      socket.resume()
    } else {
      waiting.add(socket)
      socket.pause()
    }
  }

  return { read, forget: (socket) => void waiting.delete(socket) }
}
