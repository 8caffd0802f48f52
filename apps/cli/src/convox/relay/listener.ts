import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { Secret } from '@rack-gateway/config/client'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Admission } from './admission.ts'
import { serveConnection } from './connection.ts'

export interface ListenerOptions extends Pick<Admission, 'origin' | 'token'> {
  /** What is reached through it, and nothing beside: `/rack/NAME`, or empty for all of the gateway. */
  readonly path: string
  /** @throws GatewayFailure */
  connect(): Promise<Duplex>
}

/** Takes the requests of one program, over plain HTTP on loopback. */
export interface Listener {
  /** The RACK_URL for it, with the password of this run. */
  readonly rackUrl: string
  /** Takes no more connections, passes on what has been sent for so many milliseconds, and breaks off the rest. */
  close(grace: number): Promise<void>
}

/** Connections that have shown no password: any local user can make them. */
const maxUnauthenticated = 128
/** Milliseconds that they have for that. */
const authenticationTimeout = 60_000
const mostConnections = 1_024

export async function startListener({ path, connect, ...rest }: ListenerOptions): Promise<Listener> {
  const password = new Secret(randomBytes(32).toString('base64url'))
  /** When all that each has sent is passed on. */
  const open = new Map<net.Socket, Promise<void>>()
  const unauthenticated = new Map<net.Socket, NodeJS.Timeout>()

  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', nothing)
    admitStranger(client)
    const passedOn = new Promise<void>((resolve) => {
      client.once('close', resolve)
      void serveConnection(client, { admission, connect, onAdmitted: () => forget(client), onPassedOn: resolve })
    })
    open.set(client, passedOn)
    client.once('close', () => {
      forget(client)
      open.delete(client)
    })
  })
  server.maxConnections = mostConnections

  /** The longest here makes room. */
  function admitStranger(client: net.Socket): void {
    const [oldest] = unauthenticated.keys()
    if (oldest !== undefined && unauthenticated.size >= maxUnauthenticated) oldest.destroy()
    unauthenticated.set(client, setTimeout(() => client.destroy(), authenticationTimeout).unref())
  }
  function forget(client: net.Socket): void {
    clearTimeout(unauthenticated.get(client))
    unauthenticated.delete(client)
  }

  server.listen({ port: 0, host: '127.0.0.1', exclusive: true })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the relay listens on no TCP port')
  const host = `127.0.0.1:${address.port}`
  const admission: Admission = { ...rest, host, password, path: `${path}/` }
  return {
    rackUrl: `http://convox:${password.reveal()}@${host}${path}`,
    async close(grace) {
      server.close()
      for (const client of unauthenticated.keys()) client.destroy()
      await withTimeout(Promise.all(open.values()), grace, nothing)
      for (const client of open.keys()) client.destroy()
    },
  }
}

function nothing(): void {}
