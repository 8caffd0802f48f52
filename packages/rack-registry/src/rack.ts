import { Pool } from 'undici'
import { createDial } from './dial.ts'
import { CallerGone } from './errors.ts'
import { Exchange } from './exchange.ts'
import { detachedBody } from './request-body.ts'
import type { CallSignal, PoolName, Rack, RackSettings, UpstreamAnswer, UpstreamRequest } from './types.ts'
import { openWebsocket } from './upgrade.ts'

export interface RackOptions {
  /** Milliseconds until a connection (TCP and TLS) must stand. */
  readonly connectTimeout?: number
  /** Connections of each pool. WebSockets have their own. */
  readonly connections?: Partial<Readonly<Record<PoolName, number>>>
  /** Milliseconds in which a request body has to bring 1 KiB while the rack waits for it. */
  readonly bodyTimeout?: number
  /** Told of the bytes of each piece of a body, either way. */
  readonly passed?: (bytes: number) => void
}

const usualConnections: Readonly<Record<PoolName, number>> = { calls: 512, transfers: 512, questions: 256 }

/** Idle connections are given up well before the rack (120 s) and the usual ingress (60 s) do it. */
const keepAliveTimeout = 50_000

/** A `Command` header of 8 KB and an answer's headers fit. */
const maxHeaderSize = 64 * 1024

/**
 * A rack with its own connections. Nothing is opened before the first call.
 * The token is kept out of `JSON.stringify`, logs and spreads.
 */
export function createRack(settings: RackSettings, options: RackOptions = {}): Rack {
  const { connectTimeout = 5_000, bodyTimeout = 300_000, passed = () => {} } = options
  const connections = { ...usualConnections, ...options.connections }
  const { name, url, token, tlsInsecure, tlsCa = null, tlsPins = [] } = settings
  const authorization = `Basic ${Buffer.from(`convox:${token}`).toString('base64')}`
  const dial = createDial(settings, connectTimeout)
  const open = (name: PoolName) =>
    new Pool(url.origin, {
      connections: connections[name],
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout,
      keepAliveMaxTimeout: keepAliveTimeout,
      maxHeaderSize,
      connect: (_where, done) => void dial(done),
    })
  const pools: Readonly<Record<PoolName, Pool>> = {
    calls: open('calls'),
    transfers: open('transfers'),
    questions: open('questions'),
  }

  function send(request: UpstreamRequest, signal: CallSignal): Promise<UpstreamAnswer> {
    if (signal.aborted) return Promise.reject(new CallerGone(name))
    const { method, target, body, length, pool = 'calls' } = request
    const headers = [...request.headers, 'Authorization', authorization]
    const streamed = body === null || Buffer.isBuffer(body) ? null : body
    if (streamed !== null && length !== null) headers.push('Content-Length', String(length))
    return new Promise((resolve, reject) => {
      const exchange = new Exchange({ rack: name, signal, body: streamed, passed, resolve, reject })
      const source = streamed === null ? body : detachedBody(streamed, { passed, timeout: bodyTimeout })
      pools[pool].dispatch({ path: target, method, headers, body: source, idempotent: false }, exchange)
    })
  }

  const rack = {
    name,
    url,
    tlsInsecure,
    tlsCa,
    tlsPins,
    send,
    upgrade: (request: UpstreamRequest, signal: CallSignal) =>
      openWebsocket({ rack: name, url, dial, authorization, maxHeaderSize, request, signal }),
    async close() {
      await Promise.all(Object.values(pools).map((pool) => pool.destroy()))
    },
  }
  return Object.defineProperty({ ...rack, token }, 'token', { enumerable: false })
}

/** What to warn about at each start, or null. */
export function tlsWarning(settings: Pick<RackSettings, 'name' | 'tlsInsecure' | 'tlsPins' | 'url'>): string | null {
  const { name, tlsInsecure, tlsPins = [], url } = settings
  if (url.protocol === 'http:') {
    return `the rack ${name} is reached over plain http: its password and all data travel in the clear`
  }
  if (!tlsInsecure || tlsPins.length > 0) return null
  return `the certificate of the rack ${name} is not verified: whoever is on the path can read its password; use this inside a cluster only`
}
