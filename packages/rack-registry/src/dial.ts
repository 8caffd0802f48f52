import type { X509Certificate } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'
import type { buildConnector } from 'undici'
import { checkKeyPin } from './check-key-pin.ts'
import { RackWithoutTls } from './errors.ts'
import type { RackSettings } from './types.ts'

/**
 * Opens a connection. Calls back once: when the connection is verified, or with an error. Do not write before the
 * callback. To give up, destroy the returned socket with an error.
 */
export type Dial = (done: buildConnector.Callback) => net.Socket

/**
 * TLS sessions are never resumed, because a resumed session has no certificate whose name and key could be checked.
 *
 * @param connectTimeout milliseconds for TCP and TLS
 * @param onVerified called with the certificate of each accepted TLS connection. With `tlsInsecure`, only the key of
 *   the certificate is checked, and only if there are pins.
 * @throws RackWithoutTls when the URL is plain http, but there are authorities or pins
 */
export function createDial(
  settings: RackSettings,
  connectTimeout: number,
  onVerified: (certificate: X509Certificate) => void = () => {},
): Dial {
  const { name, url, tlsCa = null, tlsPins = [] } = settings
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const encryption = url.protocol === 'https:' ? encryptionFor(host, settings) : null
  if (encryption === null && (tlsCa !== null || tlsPins.length > 0)) throw new RackWithoutTls(name)
  // The buffer size of Node's file streams. Node 20 has a smaller default, which needs more reads for large bodies.
  const plain = { host, port: Number(url.port) || 80, highWaterMark: 64 * 1024 }
  const port = Number(url.port) || 443

  return function dial(done) {
    // `settle` lives as long as the connection, so it must not keep the callback in memory.
    let callback: buildConnector.Callback | null = done
    function settle(error: Error | null): void {
      const call = callback
      callback = null
      clearTimeout(timer)
      if (error === null) call?.(null, socket)
      else call?.(error, null)
    }
    function settleSecure(this: tls.TLSSocket): void {
      // Node returns the certificate only once.
      const certificate = this.getPeerX509Certificate()
      const problem = tlsPins.length === 0 ? null : checkKeyPin(certificate, tlsPins, name)
      if (problem !== null) return void this.destroy(problem)
      if (certificate !== undefined) onVerified(certificate)
      settle(null)
    }
    const socket =
      encryption === null
        ? net.connect(plain).once('connect', () => settle(null))
        : tls.connect({ ...encryption, host, port }).once('secureConnect', settleSecure)
    const timer = setTimeout(() => socket.destroy(connectTimedOut()), connectTimeout)
    // Keep this listener: without a listener, a reset would end the process.
    socket.on('error', settle)
    return socket.setNoDelay(true).setKeepAlive(true, 60_000)
  }
}

function encryptionFor(host: string, { tlsCa = null, tlsInsecure }: RackSettings): tls.ConnectionOptions {
  // `allowPartialTrustChain` also trusts an intermediate certificate. An empty text as `ca` would select Node's default
  // authorities. An array with an empty text does not.
  const trust = tlsCa === null ? {} : { ca: [tlsCa], allowPartialTrustChain: true }
  return {
    secureContext: tls.createSecureContext({ ...trust, minVersion: 'TLSv1.2' }),
    rejectUnauthorized: !tlsInsecure,
    servername: net.isIP(host) ? '' : host,
    ALPNProtocols: ['http/1.1'],
  }
}

function connectTimedOut(): Error {
  return Object.assign(new Error('connect timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' })
}
