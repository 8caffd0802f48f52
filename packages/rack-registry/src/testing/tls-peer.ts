import tls from 'node:tls'
import { serverIdentity, type TlsIdentity } from '@rack-gateway/testing/certificates'
import { acceptKey } from '../websocket.ts'
import { type Peer, serve } from './peer.ts'

export interface TlsPeer extends Peer {
  /** Everything that was received after the TLS handshakes. */
  readonly received: string
  /** For each handshake: whether a session was resumed. */
  readonly resumed: readonly boolean[]
  /** Changes the certificate, and keeps the TLS sessions. */
  setIdentity(identity: TlsIdentity): void
}

/** Answers `ok`, and accepts each websocket. With `closing`, closes each connection after one request. */
export async function tlsPeer(
  identity: TlsIdentity = serverIdentity,
  { closing = false, ...options }: tls.TlsOptions & { closing?: boolean } = {},
): Promise<TlsPeer> {
  const resumed: boolean[] = []
  let received = ''
  const server = tls.createServer({ ...identity, ...options }, (socket) => {
    resumed.push(socket.isSessionReused())
    socket.on('error', () => {})
    let head = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      const key = /^Sec-WebSocket-Key: (.+)$/m.exec(head)?.[1]
      head = ''
      if (key !== undefined) socket.write(accepted(key.trim()))
      else if (closing) socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  const peer = await serve(server)
  return {
    port: peer.port,
    resumed,
    get connections() {
      return peer.connections
    },
    get received() {
      return received
    },
    setIdentity: (other) => server.setSecureContext({ ...options, ...other }),
  }
}

function accepted(key: string): string {
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n\r\n`
}
