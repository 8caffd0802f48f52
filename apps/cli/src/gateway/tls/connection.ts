import net from 'node:net'
import tls from 'node:tls'

export interface ConnectionOptions {
  readonly trusted: tls.SecureContext
  readonly allowHalfOpen: boolean
  /** Called with the socket while it connects. */
  onConnecting?(socket: tls.TLSSocket): void
}

/** Milliseconds. The same as convox's own limit. */
const connectTimeout = 30_000

/**
 * Connects to a gateway and verifies its certificate before anything is written. TLS sessions are not resumed.
 *
 * @throws the connection error, with Node's code
 */
export function openConnection(
  origin: string,
  { trusted, allowHalfOpen, onConnecting }: ConnectionOptions,
): Promise<tls.TLSSocket> {
  const options = { ...addressOf(origin), secureContext: trusted, rejectUnauthorized: true, allowHalfOpen }
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...options, ALPNProtocols: ['http/1.1'] })
    const timer = setTimeout(() => socket.destroy(timeoutError()), connectTimeout)
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
    socket.on('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      reject(new Error('closed'))
    })
    socket.setNoDelay(true).setKeepAlive(true, 30_000)
    onConnecting?.(socket)
  })
}

/** `servername` is empty for an IP address, because TLS allows only host names there (RFC 6066, section 3). */
export function addressOf(origin: string): { host: string; port: number; servername: string } {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: Number(port) || 443, servername: net.isIP(host) === 0 ? host : '' }
}

function timeoutError(): Error {
  return Object.assign(new Error('the connection timed out'), { code: 'ETIMEDOUT' })
}
