import type tls from 'node:tls'
import { formatMessage } from '@rack-gateway/errors'
import { createVerifiedConnector } from '../../gateway/tls/authorities.ts'
import { type CertificateContext, explainCertificateError } from '../../gateway/tls/certificate-errors.ts'
import { openConnection } from '../../gateway/tls/connection.ts'
import { GatewayConnectionError } from '../../gateway/tls/gateway-connection-error.ts'
import { unreachableGateway } from './plain-dial.ts'

export interface GatewayDialOptions extends CertificateContext {
  /** The only trusted authorities, in PEM; null for those of Node and the system. */
  readonly ca: string | null
  readonly env: NodeJS.ProcessEnv
}

export interface GatewayDial {
  /** Connects in advance for the next `connect`. Does nothing while another connection exists, or after `close`. */
  prepare(): void
  /** Connects, and verifies the certificate again for each connection. @throws GatewayConnectionError */
  connect(): Promise<tls.TLSSocket>
  close(): void
}

/** Milliseconds until an unused prepared connection is closed, because the gateway may soon close it. */
const preparedLifetime = 10_000

/** Connects the relay to a gateway with TLS. */
export function createGatewayDial(options: GatewayDialOptions): GatewayDial {
  const { origin, ca, env } = options
  const openSockets = new Set<tls.TLSSocket>()
  const connectVerified = createVerifiedConnector(ca, env)
  let prepared: PreparedConnection | null = null
  let isClosed = false

  async function connect(): Promise<tls.TLSSocket> {
    const ready = prepared
    prepared = null
    return (await ready?.take()) ?? dial()
  }

  async function dial(): Promise<tls.TLSSocket> {
    try {
      return await connectVerified((trusted) => openConnection(origin, { trusted, allowHalfOpen: true, onConnecting }))
    } catch (error) {
      throw toConnectionError(error, options)
    }
  }

  function onConnecting(socket: tls.TLSSocket): void {
    if (isClosed) socket.destroy()
    openSockets.add(socket)
    socket.on('close', () => openSockets.delete(socket))
  }

  return {
    connect,
    prepare() {
      if (!isClosed && openSockets.size === 0) prepared = prepareConnection(dial())
    },
    close() {
      isClosed = true
      for (const socket of openSockets) socket.destroy()
    },
  }
}

interface PreparedConnection {
  /** @returns null if the connection is too old or was closed @throws GatewayConnectionError */
  take(): Promise<tls.TLSSocket | null>
}

function prepareConnection(connecting: Promise<tls.TLSSocket>): PreparedConnection {
  let isStale = false
  const expiry = setTimeout(() => {
    isStale = true
    void connecting.then((socket) => socket.destroy(), ignore)
  }, preparedLifetime)
  expiry.unref()
  // Before the first request, `readable` means that the gateway has ended the connection or sent an error.
  function onReadable(): void {
    isStale = true
  }
  connecting.then((socket) => socket.on('readable', onReadable), ignore)
  return {
    async take() {
      clearTimeout(expiry)
      if (isStale) return null
      const socket = await connecting
      socket.off('readable', onReadable)
      if (!isStale && !socket.destroyed) return socket
      socket.destroy()
      return null
    },
  }
}

function toConnectionError(error: unknown, context: CertificateContext): GatewayConnectionError {
  const certificate = explainCertificateError(error, context)
  if (certificate !== null)
    return new GatewayConnectionError(
      formatMessage(certificate),
      'The certificate of the gateway cannot be trusted, so nothing was sent to it.',
    )
  return unreachableGateway(context.origin, error)
}

function ignore(): void {}
