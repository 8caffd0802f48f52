import type { Socket } from 'node:net'
import tls from 'node:tls'
import { serverIdentity, type TlsIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { onTestFinished } from 'vitest'

/** A TLS server whose connections the test handles. */
export interface TlsGateway {
  readonly origin: string
  readonly port: number
  /** All received bytes after the TLS handshakes, as latin1. */
  readonly received: string
  /** Connections after their TLS handshake, the newest last. */
  readonly connections: readonly Socket[]
}

export interface TlsGatewayOptions {
  /** By default a valid certificate for the address of the server. */
  readonly identity?: TlsIdentity
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
