import type { Socket } from 'node:net'
import tls from 'node:tls'
import { type Identity, serverIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
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
  const server = tls.createServer({ ...identity, allowHalfOpen: true }, (socket) => {
    connections.push(socket)
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
    })
    onConnection(socket)
  })
  server.on('tlsClientError', () => undefined)
  const { port, close } = await listen(server)
  onTestFinished(close)
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    connections,
    get received() {
      return received
    },
  }
}
