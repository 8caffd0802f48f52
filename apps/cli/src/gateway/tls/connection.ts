import net from 'node:net'
import tls from 'node:tls'

export interface ConnectionOptions {
  readonly trusted: tls.SecureContext
  /** Whether the end of one direction leaves the other one open. */
  readonly allowHalfOpen: boolean
  /** Called with the socket while it connects. */
  begun?(socket: tls.TLSSocket): void
}

/** Milliseconds. As long as convox itself waits for a connection. */
const patience = 30_000

/**
 * A connection to a gateway whose certificate has been verified; nothing is written before that. Sessions aren't resumed.
 *
 * @throws what is wrong, with Node's code for it
 */
export function openConnection(
  origin: string,
  { trusted, allowHalfOpen, begun }: ConnectionOptions,
): Promise<tls.TLSSocket> {
  const options = { ...addressOf(origin), secureContext: trusted, rejectUnauthorized: true, allowHalfOpen }
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ ...options, ALPNProtocols: ['http/1.1'] })
    const timer = setTimeout(() => socket.destroy(timedOut()), patience)
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
    begun?.(socket)
  })
}

/** Where to connect to for an https origin, and whose certificate to ask for. */
export function addressOf(origin: string): { host: string; port: number; servername: string } {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  return { host, port: Number(port) || 443, servername: net.isIP(host) === 0 ? host : '' }
}

function timedOut(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })
}
