import net from 'node:net'
import tls from 'node:tls'
import type { buildConnector } from 'undici'
import { RackWithoutTls } from './errors.ts'
import { keyProblem } from './key-pins.ts'
import type { RackSettings } from './types.ts'

/**
 * Opens a connection and calls back once: when it stands and its other end is the rack, or with why there is none.
 * Nothing may be written before. Destroying the returned socket with an error gives up.
 */
export type Dial = (done: buildConnector.Callback) => net.Socket

/**
 * The only way to a rack, for its pool and for its websockets.
 *
 * A TLS session is never resumed: a resumed one shows no certificate, so that neither its name nor its key could be checked.
 *
 * @param connectTimeout milliseconds until the connection (TCP, TLS) must stand
 * @throws RackWithoutTls when a plain http address would leave its authorities or pins unused
 */
export function createDial(settings: RackSettings, connectTimeout: number): Dial {
  const { name, url, tlsCa = null, tlsPins = [] } = settings
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const encryption = url.protocol === 'https:' ? encryptionFor(host, settings) : null
  if (encryption === null && (tlsCa !== null || tlsPins.length > 0)) throw new RackWithoutTls(name)
  // as large as that of a file
  const plain = { host, port: Number(url.port) || 80, highWaterMark: 64 * 1024 }
  const port = Number(url.port) || 443

  return function dial(done) {
    let settled = false
    function settle(error: Error | null): void {
      if (settled) return
      settled = true
      clearTimeout(timer)
      if (error === null) done(null, socket)
      else done(error, null)
    }
    function settleSecure(this: tls.TLSSocket): void {
      const problem = tlsPins.length === 0 ? null : keyProblem(this, tlsPins, name)
      if (problem === null) settle(null)
      else this.destroy(problem)
    }
    const socket =
      encryption === null
        ? net.connect(plain).once('connect', () => settle(null))
        : tls.connect({ ...encryption, host, port }).once('secureConnect', settleSecure)
    const timer = setTimeout(() => socket.destroy(connectTimedOut()), connectTimeout)
    // stays, since a reset must not end the process while nobody else listens
    socket.on('error', settle)
    return socket.setNoDelay(true).setKeepAlive(true, 60_000)
  }
}

function encryptionFor(host: string, { tlsCa = null, tlsInsecure }: RackSettings): tls.ConnectionOptions {
  // any certificate in the list is trusted by itself, an intermediate one as well; an empty text is no reason to trust all
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
