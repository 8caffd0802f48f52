import net from 'node:net'
import tls from 'node:tls'
import { certificateInWords, lacksAuthority, type Named, unreachableInWords } from './certificate-words.ts'
import { GatewayFailure } from './gateway-failure.ts'
import { systemAuthorities } from './system-authorities.ts'

export interface GatewayDialOptions extends Named {
  /** The only authorities that may have signed its certificate, in PEM; null: those that Node knows, and the system's. */
  readonly ca: string | null
  readonly env: NodeJS.ProcessEnv
}

export interface GatewayDial {
  /** Begins a connection that the next caller gets, if that comes soon. */
  prepare(): void
  /** A connection whose certificate has been verified. Each verifies it anew: sessions aren't resumed. @throws GatewayFailure */
  connect(): Promise<tls.TLSSocket>
  /** Ends all of them. */
  close(): void
}

/** Milliseconds. As long as convox itself waits for a connection. */
const patience = 30_000
/** Milliseconds that a prepared connection is good for: a server soon closes one that asks nothing. */
const freshness = 10_000

/** The only way of the token to the gateway. */
export function createGatewayDial(options: GatewayDialOptions): GatewayDial {
  const { origin, ca, env } = options
  const open = new Set<tls.TLSSocket>()
  let context = contextFor(ca === null ? null : [ca])
  let hasSystem = false
  let prepared: Prepared | null = null
  let isClosed = false

  async function connect(): Promise<tls.TLSSocket> {
    const ready = prepared
    prepared = null
    return (await ready?.take()) ?? dialOrSay()
  }

  async function dialOrSay(): Promise<tls.TLSSocket> {
    try {
      return await dial()
    } catch (error) {
      throw failureOf(error, options)
    }
  }

  async function dial(): Promise<tls.TLSSocket> {
    try {
      return await dialWith(context)
    } catch (error) {
      if (ca !== null || hasSystem || !lacksAuthority(error)) throw error
      // Reading the system's takes longer than most handshakes, and few gateways need them.
      const systemContext = contextFor(systemAuthorities(env))
      const socket = await dialWith(systemContext)
      context = systemContext
      hasSystem = true
      return socket
    }
  }

  function dialWith(trusted: tls.SecureContext): Promise<tls.TLSSocket> {
    return openConnection(origin, trusted, (socket) => {
      if (isClosed) socket.destroy()
      open.add(socket)
      socket.on('close', () => open.delete(socket))
    })
  }

  return {
    connect,
    prepare() {
      prepared = prepare(dialOrSay())
    },
    close() {
      isClosed = true
      for (const socket of open) socket.destroy()
    },
  }
}

function contextFor(authorities: readonly string[] | null): tls.SecureContext {
  const trust = authorities === null ? {} : { ca: [...authorities], allowPartialTrustChain: true }
  return tls.createSecureContext({ ...trust, minVersion: 'TLSv1.2' })
}

/** Nothing is written before it has been verified. */
function openConnection(
  origin: string,
  secureContext: tls.SecureContext,
  begun: (socket: tls.TLSSocket) => void,
): Promise<tls.TLSSocket> {
  const { hostname, port } = new URL(origin)
  const host = hostname.replace(/^\[|\]$/g, '')
  const options = {
    host,
    port: Number(port) || 443,
    servername: net.isIP(host) ? '' : host,
    secureContext,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    allowHalfOpen: true,
  }
  return new Promise((resolve, reject) => {
    const socket = tls.connect(options)
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
    begun(socket)
  })
}

interface Prepared {
  /** Null when it isn't fresh any more. @throws GatewayFailure */
  take(): Promise<tls.TLSSocket | null>
}

function prepare(dialled: Promise<tls.TLSSocket>): Prepared {
  let isStale = false
  const expiry = setTimeout(() => {
    isStale = true
    void dialled.then((socket) => socket.destroy(), nothing)
  }, freshness)
  expiry.unref()
  function onReadable(): void {
    isStale = true
  }
  dialled.then((socket) => socket.on('readable', onReadable), nothing)
  return {
    async take() {
      clearTimeout(expiry)
      if (isStale) return null
      const socket = await dialled
      socket.off('readable', onReadable)
      if (!isStale && !socket.destroyed) return socket
      socket.destroy()
      return null
    },
  }
}

function failureOf(error: unknown, named: Named): GatewayFailure {
  const { origin } = named
  const certificate = certificateInWords(error, named)
  if (certificate !== null)
    return new GatewayFailure(certificate, "the gateway's certificate can't be trusted, so nothing was sent to it")
  const why = unreachableInWords(error)
  return new GatewayFailure(
    `${origin} can't be reached: ${why}; check the address and the network`,
    `the gateway can't be reached: ${why}`,
  )
}

function timedOut(): Error {
  return Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })
}

function nothing(): void {}
