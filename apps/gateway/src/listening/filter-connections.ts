import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'

/** The parts that are used of Node's own handles. Node has no documented way to do this. */
interface ListeningHandle {
  onconnection?: (this: unknown, error: number, connection?: ConnectionHandle) => void
}
interface ConnectionHandle {
  /** @returns an error code, or 0 */
  getpeername(peer: { address?: string }): number
  close(): void
}

/** The handle of a server that listens. */
export function handleOf(server: HttpServer | Server): object {
  if ('_handle' in server && server._handle) return server._handle
  throw new Error('The server does not listen.')
}

/**
 * Closes connections for which `accepts` is false before Node makes a socket for them, which costs several times as
 * much as to close the handle. So a flood of connections that are refused, and come back, costs little.
 */
export function filterConnections(server: HttpServer | Server, accepts: (address: string) => boolean): void {
  const handle: ListeningHandle = handleOf(server)
  const { onconnection } = handle
  if (onconnection === undefined) return
  handle.onconnection = function filter(error, connection) {
    const peer: { address?: string } = {}
    const isKnown = connection !== undefined && connection.getpeername(peer) === 0
    if (isKnown && !accepts(peer.address ?? '')) connection.close()
    else onconnection.call(this, error, connection)
  }
}
