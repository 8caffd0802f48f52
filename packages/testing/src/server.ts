import { once } from 'node:events'
import type { Server, Socket } from 'node:net'

export interface ListeningServer {
  readonly port: number
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  /** Open connections, including connections whose TLS handshake is not finished. */
  readonly connections: ReadonlySet<Socket>
  /** Stops listening, and ends all connections. */
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1. Ignores errors of connections. */
export async function listen(server: Server): Promise<ListeningServer> {
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('error', () => {}).on('close', () => connections.delete(socket))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.')
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    connections,
    async close() {
      for (const socket of connections) socket.destroy()
      if (server.listening) await once(server.close(), 'close')
    },
  }
}
