import type tls from 'node:tls'
import { formatMessage } from '@rack-gateway/errors'
import { goingBy } from '../../gateway/tls/authorities.ts'
import { certificateInWords, type Named } from '../../gateway/tls/certificate-words.ts'
import { openConnection } from '../../gateway/tls/connection.ts'
import { GatewayFailure } from '../../gateway/tls/gateway-failure.ts'
import { unreachableInWords } from '../../gateway/tls/unreachable-words.ts'

export interface GatewayDialOptions extends Named {
  /** The only authorities that may have signed its certificate, in PEM; null: those that Node knows, and the system's. */
  readonly ca: string | null
  readonly env: NodeJS.ProcessEnv
}

export interface GatewayDial {
  /** Begins a connection that the first caller gets, if that comes soon: nothing where one has come already, or after the end. */
  prepare(): void
  /** A connection whose certificate has been verified. Each verifies it anew: sessions aren't resumed. @throws GatewayFailure */
  connect(): Promise<tls.TLSSocket>
  /** Ends all of them. */
  close(): void
}

/** Milliseconds that a prepared connection is good for: a server soon closes one that asks nothing. */
const freshness = 10_000

/** The only way of the token to the gateway. */
export function createGatewayDial(options: GatewayDialOptions): GatewayDial {
  const { origin, ca, env } = options
  const open = new Set<tls.TLSSocket>()
  const verified = goingBy(ca, env)
  let prepared: Prepared | null = null
  let isClosed = false

  async function connect(): Promise<tls.TLSSocket> {
    const ready = prepared
    prepared = null
    return (await ready?.take()) ?? dialOrSay()
  }

  async function dialOrSay(): Promise<tls.TLSSocket> {
    try {
      return await verified((trusted) => openConnection(origin, { trusted, allowHalfOpen: true, begun }))
    } catch (error) {
      throw failureOf(error, options)
    }
  }

  function begun(socket: tls.TLSSocket): void {
    if (isClosed) socket.destroy()
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  }

  return {
    connect,
    prepare() {
      if (!isClosed && open.size === 0) prepared = prepare(dialOrSay())
    },
    close() {
      isClosed = true
      for (const socket of open) socket.destroy()
    },
  }
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
    return new GatewayFailure(
      formatMessage(certificate),
      "the gateway's certificate can't be trusted, so nothing was sent to it",
    )
  const { what, next } = unreachableInWords(error)
  return new GatewayFailure(
    `${origin} can't be reached: ${what}; ${next}, with: rack-gateway doctor`,
    `the gateway can't be reached: ${what}`,
  )
}

function nothing(): void {}
