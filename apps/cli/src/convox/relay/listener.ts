import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { Secret } from '@rack-gateway/config/client'
import { withTimeout } from '@rack-gateway/time'
import type { Admission } from './admission.ts'
import { type ConnectionOptions, serveConnection } from './connection.ts'

export interface ListenerOptions
  extends Pick<Admission, 'origin' | 'token' | 'proof'>,
    Pick<ConnectionOptions, 'connect' | 'checkResponse'> {
  /** The only path that can be reached: `/rack/NAME`, or empty for the whole gateway. */
  readonly path: string
}

/** Accepts the requests of one program, over plain HTTP on loopback. */
export interface Listener {
  /** The RACK_URL for this program, with the password of this run. */
  readonly rackUrl: string
  /** @param grace milliseconds to forward pending bytes before all connections are closed */
  close(grace: number): Promise<void>
}

/** The limit for connections without the password, which any local user can make. */
const maxUnauthenticated = 128
/** Milliseconds until a connection must have sent the password. */
const authenticationTimeout = 60_000
const maxConnections = 1_024

export async function startListener({ path, connect, checkResponse, ...rest }: ListenerOptions): Promise<Listener> {
  const password = new Secret(randomBytes(32).toString('base64url'))
  /** Connections, each with a promise that resolves when its bytes are forwarded. */
  const openConnections = new Map<net.Socket, Promise<void>>()
  const unauthenticated = new Map<net.Socket, NodeJS.Timeout>()

  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', ignore)
    addUnauthenticated(client)
    const forwarded = new Promise<void>((resolve) => {
      client.once('close', resolve)
      void serveConnection(client, {
        admission,
        connect,
        ...(checkResponse && { checkResponse }),
        onAdmitted: () => removeUnauthenticated(client),
        onForwarded: resolve,
      })
    })
    openConnections.set(client, forwarded)
    client.once('close', () => {
      removeUnauthenticated(client)
      openConnections.delete(client)
    })
  })
  server.maxConnections = maxConnections

  /** At the limit, closes the oldest unauthenticated connection. */
  function addUnauthenticated(client: net.Socket): void {
    const [oldest] = unauthenticated.keys()
    if (oldest !== undefined && unauthenticated.size >= maxUnauthenticated) oldest.destroy()
    unauthenticated.set(client, setTimeout(() => client.destroy(), authenticationTimeout).unref())
  }
  function removeUnauthenticated(client: net.Socket): void {
    clearTimeout(unauthenticated.get(client))
    unauthenticated.delete(client)
  }

  server.listen({ port: 0, host: '127.0.0.1', exclusive: true })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the relay does not listen on a TCP port')
  const host = `127.0.0.1:${address.port}`
  const admission: Admission = { ...rest, host, password, path: `${path}/` }
  return {
    rackUrl: `http://convox:${password.reveal()}@${host}${path}`,
    async close(grace) {
      server.close()
      for (const client of unauthenticated.keys()) client.destroy()
      await withTimeout(Promise.all(openConnections.values()), grace, ignore)
      for (const client of openConnections.keys()) client.destroy()
    },
  }
}

function ignore(): void {}
