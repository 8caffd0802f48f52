import net from 'node:net'
import type { Duplex } from 'node:stream'
import { explainConnectionError } from '../../gateway/tls/connection-errors.ts'
import { GatewayConnectionError } from '../../gateway/tls/gateway-connection-error.ts'

/** Makes the connections of the relay to the gateway, with or without TLS. */
export interface RelayDial {
  /** @throws GatewayConnectionError */
  connect(): Promise<Duplex>
  close(): void
}

/** Milliseconds. The same as convox's own limit. */
const connectTimeout = 30_000

/** Connects to a gateway without TLS, as convox itself would. */
export function createPlainDial(origin: string): RelayDial {
  const { hostname, port } = new URL(origin)
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || 80 }
  const openSockets = new Set<net.Socket>()
  return {
    connect: () =>
      new Promise((resolve, reject) => {
        const socket = net.connect({ ...address, allowHalfOpen: true, noDelay: true, keepAlive: true })
        const timer = setTimeout(() => socket.destroy(timeoutError()), connectTimeout)
        openSockets.add(socket)
        socket.once('connect', () => {
          clearTimeout(timer)
          resolve(socket)
        })
        socket.on('error', (error) => reject(unreachableGateway(origin, error)))
        socket.once('close', () => {
          clearTimeout(timer)
          openSockets.delete(socket)
          reject(unreachableGateway(origin, null))
        })
      }),
    close() {
      for (const socket of openSockets) socket.destroy()
    },
  }
}

export function unreachableGateway(origin: string, error: unknown): GatewayConnectionError {
  const { reason, remedy } = explainConnectionError(error)
  return new GatewayConnectionError(
    `${origin} cannot be reached: ${reason}. ${remedy} For a diagnosis, run: rack-gateway doctor`,
    `The gateway cannot be reached: ${reason}.`,
  )
}

function timeoutError(): Error {
  return Object.assign(new Error('the connection timed out'), { code: 'ETIMEDOUT' })
}
