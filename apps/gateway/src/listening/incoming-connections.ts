import type { Server as HttpServer } from 'node:http'
import type { Server, Socket } from 'node:net'

/** A connection for which Node has made no socket yet, and from which nothing is read. */
export interface IncomingConnection {
  /** Of the client. */
  readonly address: string
  /** Whether the client has reset the connection. */
  isReset(): boolean
  /** The server emits `connection`. */
  makeSocket(): void
  close(): void
}

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
 * Gives each new connection to `receive` before Node makes a socket for it, which costs several times as much as the
 * connection itself. So a flood of connections that are refused or reset costs little.
 *
 * If a later Node has no such listener, each connection gets a socket at once.
 *
 * @param server must listen
 */
export function receiveConnections(
  server: HttpServer | Server,
  receive: (connection: IncomingConnection) => void,
): void {
  const handle: ListeningHandle = handleOf(server)
  const { onconnection } = handle
  if (onconnection === undefined) return
  handle.onconnection = function onConnection(error, connection) {
    if (connection === undefined) return onconnection.call(handle, error)
    const address = peerAddress(connection)
    if (address === null) return connection.close()
    receive({
      address,
      isReset: () => peerAddress(connection) === null,
      makeSocket: () => onconnection.call(handle, error, connection),
      close: () => connection.close(),
    })
  }
}

/** Whether the client has reset the connection. Also notices it while nothing is read from the socket. */
export function isReset(socket: Socket): boolean {
  const handle = '_handle' in socket ? (socket._handle as Partial<ConnectionHandle> | null) : null
  return handle?.getpeername !== undefined && peerAddress(handle as ConnectionHandle) === null
}

/** Asks the kernel. @returns null if the connection has no peer any more */
function peerAddress(connection: ConnectionHandle): string | null {
  const peer: { address?: string } = {}
  return connection.getpeername(peer) === 0 ? (peer.address ?? null) : null
}
