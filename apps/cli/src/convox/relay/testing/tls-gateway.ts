import { once } from 'node:events'
import type { Socket } from 'node:net'
import tls from 'node:tls'
import { type Identity, serverIdentity } from '@rack-gateway/testing/certificates'
import { onTestFinished } from 'vitest'

/** Something that speaks TLS, and does with each connection what a test says. */
export interface TlsGateway {
  readonly origin: string
  readonly port: number
  /** All that was sent to it, past the handshakes, as latin1. */
  readonly received: string
  /** Connections whose handshake was finished, the newest last. */
  readonly connections: readonly Socket[]
}

export interface TlsGatewayOptions {
  /** Default: a valid one. */
  readonly identity?: Identity
  readonly onConnection?: (socket: tls.TLSSocket) => void
}

export async function startTlsGateway({
  identity = serverIdentity,
  onConnection = () => undefined,
}: TlsGatewayOptions = {}): Promise<TlsGateway> {
  let received = ''
  const connections: Socket[] = []
  const sockets = new Set<Socket>()
  const server = tls.createServer({ ...identity, allowHalfOpen: true }, (socket) => {
    connections.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
    })
    onConnection(socket)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('tlsClientError', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    origin: `https://127.0.0.1:${address.port}`,
    port: address.port,
    connections,
    get received() {
      return received
    },
  }
}
