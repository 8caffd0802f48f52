import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { createGatewayDial, startListener } from '@rack-gateway/cli/relay'
import { Secret } from '@rack-gateway/config'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { type Role, roles } from '../convox/denied-commands.ts'

/** How a caller reaches a gateway. */
export interface Connection {
  readonly url: string
  readonly token: string
  /** More headers of each request. */
  readonly headers: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export type ConnectionMode = 'directly' | 'through the relay' | 'in console mode'

/** Every role directly. The other modes do not depend on roles: a role with every permission, and one that is often denied. */
export const rolesByMode: readonly (readonly [Role, ConnectionMode])[] = [
  ...roles.map((role) => [role, 'directly'] as const),
  ['admin', 'through the relay'],
  ['ci', 'through the relay'],
  ['admin', 'in console mode'],
  ['ci', 'in console mode'],
]

/** The headers of console mode, on the rack that tests have by that name. */
const consoleHeaders = { Rack: 'gateway/rack1', Session: '' }

/** @param token a token of the gateway; the relay gives the caller another one */
export async function startConnection(mode: ConnectionMode, gatewayUrl: string, token: string): Promise<Connection> {
  if (mode !== 'through the relay') {
    const headers = mode === 'in console mode' ? consoleHeaders : {}
    return { url: gatewayUrl, token, headers, stop: async () => undefined }
  }
  const front = await startTlsFront(gatewayUrl)
  const { url: origin } = front
  const dial = createGatewayDial({ origin, ca: selfSignedIdentity.cert, env: {}, trustRemedy: '' })
  const listener = await startListener({ origin, path: '', token: () => new Secret(token), connect: dial.connect })
  const url = new URL(listener.rackUrl)
  return {
    url: url.origin,
    token: url.password,
    headers: {},
    async stop() {
      await listener.close(0)
      dial.close()
      await front.stop()
    },
  }
}

/** Terminates TLS before a server without it, as a load balancer does. */
export async function startTlsFront(target: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const server = createServer({ ...selfSignedIdentity, allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy()).on('close', () => sockets.delete(socket))
      socket.pipe(other)
    }
  })
  const { url, close } = await listen(server)
  return {
    url: url.replace('http:', 'https:'),
    stop() {
      for (const socket of sockets) socket.destroy()
      return close()
    },
  }
}
