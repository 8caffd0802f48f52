import { Pool } from 'undici'
import { detachedBody } from './detached-body.ts'
import { createDial } from './dial.ts'
import { CallerGone } from './errors.ts'
import { Exchange } from './exchange.ts'
import type {
  CallSignal,
  PoolName,
  Rack,
  RackContact,
  RackSettings,
  UpstreamRequest,
  UpstreamResponse,
} from './types.ts'
import { openWebsocket } from './upgrade.ts'

export interface RackOptions {
  /** Milliseconds for a new connection (TCP and TLS). */
  readonly connectTimeout?: number
  /** Maximum connections of each pool. WebSockets have their own connections. */
  readonly connections?: Partial<Readonly<Record<PoolName, number>>>
  /** Milliseconds in which a request body must send 1 KiB while the rack waits for data. */
  readonly bodyTimeout?: number
  /** Called with the size of each chunk of a streamed request body, and of each chunk of a response body. */
  readonly onBytes?: (bytes: number) => void
  /** Called once for each attempt to send a request, except if the caller disconnects first. */
  readonly onContact?: (rack: string, contact: RackContact) => void
}

const defaultConnections: Readonly<Record<PoolName, number>> = { calls: 512, transfers: 512, questions: 256 }

/** Milliseconds. Shorter than the timeouts of the rack (120 s) and of common ingresses (60 s). */
const keepAliveTimeout = 50_000

/** Bytes. Enough for a `Command` header of 8 KB, and for the headers of a response. */
const maxHeaderSize = 64 * 1024

/** A rack answers this path without a check of the password. */
const pathWithoutPassword = '/check'

/** The token is not enumerable, so that `JSON.stringify`, logs, and spreads do not contain it. */
export function createRack(settings: RackSettings, options: RackOptions = {}): Rack {
  const { connectTimeout = 5_000, bodyTimeout = 300_000, onBytes = () => {}, onContact: note = () => {} } = options
  const connections = { ...defaultConnections, ...options.connections }
  const { name, url, token, tlsInsecure, tlsCa = null, tlsPins = [] } = settings
  const authorization = `Basic ${Buffer.from(`convox:${token}`).toString('base64')}`
  const onContact = (contact: RackContact) => note(name, contact)
  let certificateExpiry: Date | null = null
  const dial = createDial(settings, connectTimeout, ({ validTo }) => {
    certificateExpiry = new Date(validTo)
  })
  const openPool = (name: PoolName) =>
    new Pool(url.origin, {
      connections: connections[name],
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout,
      keepAliveMaxTimeout: keepAliveTimeout,
      maxHeaderSize,
      connect: (_options, done) => void dial(done),
    })
  const pools: Readonly<Record<PoolName, Pool>> = {
    calls: openPool('calls'),
    transfers: openPool('transfers'),
    questions: openPool('questions'),
  }

  function send(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamResponse> {
    if (signal.aborted) return Promise.reject(new CallerGone(name))
    const { method, target, body, length, pool = 'calls', isPassedOn = false } = request
    const headers = [...request.headers, 'Authorization', authorization]
    const streamed = body === null || Buffer.isBuffer(body) ? null : body
    if (streamed !== null && length !== null) headers.push('Content-Length', String(length))
    return new Promise((resolve, reject) => {
      const exchange = new Exchange({
        rack: name,
        signal,
        body: streamed,
        onBytes,
        onContact,
        is401OfRack: !isPassedOn,
        needsPassword: !target.startsWith(pathWithoutPassword),
        resolve,
        reject,
      })
      const source = streamed === null ? body : detachedBody(streamed, { onBytes, timeout: bodyTimeout })
      pools[pool].dispatch({ path: target, method, headers, body: source, idempotent: false }, exchange)
    })
  }

  const rack = {
    name,
    url,
    tlsInsecure,
    tlsCa,
    tlsPins,
    certificateExpiry: () => certificateExpiry,
    send,
    upgrade: (request: UpstreamRequest, signal: CallSignal) =>
      openWebsocket({ rack: name, url, dial, authorization, maxHeaderSize, onContact, request, signal }),
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.destroy()))
    },
  }
  return Object.defineProperty({ ...rack, token }, 'token', { enumerable: false })
}

export function tlsWarning(settings: Pick<RackSettings, 'name' | 'tlsInsecure' | 'tlsPins' | 'url'>): string | null {
  const { name, tlsInsecure, tlsPins = [], url } = settings
  if (url.protocol === 'http:') {
    return `The rack ${name} has a plain http URL. Its password and all data are sent unencrypted.`
  }
  if (!tlsInsecure || tlsPins.length > 0) return null
  return `The certificate of the rack ${name} is not verified, so an attacker on the network can read its password. Use this setting only inside a cluster.`
}
