import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { selfSignedIdentity } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { onTestFinished } from 'vitest'
import { createRack, type RackOptions } from '../rack.ts'
import type { Rack, RackSettings, UpstreamRequest } from '../types.ts'

/** A server that plays a rack. */
export interface Peer {
  readonly port: number
  /** The number of connections so far. */
  readonly connections: number
}

/** Starts a server on a free loopback port until the test ends. */
export async function serve(server: net.Server): Promise<Peer> {
  let connections = 0
  server.on('connection', () => {
    connections += 1
  })
  const { port, close } = await listen(server)
  onTestFinished(close)
  return {
    port,
    get connections() {
      return connections
    },
  }
}

export function httpPeer(onRequest: http.RequestListener, onUpgrade?: UpgradeListener): Promise<Peer> {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, onRequest)
  if (onUpgrade !== undefined) server.on('upgrade', onUpgrade)
  return serve(server)
}
export type UpgradeListener = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void

/** As `httpPeer` over TLS, with a self-signed certificate. */
export function httpsPeer(onRequest: http.RequestListener, onUpgrade?: UpgradeListener): Promise<Peer> {
  const server = https.createServer(selfSignedIdentity, onRequest)
  if (onUpgrade !== undefined) server.on('upgrade', onUpgrade)
  return serve(server)
}

/** A rack that may answer anything. `onHead` is called with the connection and the head of each request. */
export function rawPeer(onHead: (socket: net.Socket, head: string) => void): Promise<Peer> {
  return serve(
    net.createServer((socket) => {
      let received = ''
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1')
        for (let end = received.indexOf('\r\n\r\n'); end !== -1; end = received.indexOf('\r\n\r\n')) {
          const head = received.slice(0, end)
          received = received.slice(end + 4)
          onHead(socket, head)
        }
      })
    }),
  )
}

export async function socketPair(): Promise<[net.Socket, net.Socket]> {
  const server = net.createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const far = net.connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true })
  const [near] = await once(server, 'connection')
  server.close()
  far.on('error', () => {})
  near.on('error', () => {})
  onTestFinished(() => {
    far.destroy()
    near.destroy()
  })
  return [near, far]
}

export const token = 'rack-pässword-1'

export interface RackAtOptions extends RackOptions, Partial<Pick<RackSettings, 'tlsInsecure' | 'tlsCa' | 'tlsPins'>> {
  readonly scheme?: string
  readonly host?: string
}

/** The rack `staging` at this port, closed when the test ends. */
export function rackAt(port: number, options: RackAtOptions = {}): Rack {
  const { scheme = 'http', host = '127.0.0.1', tlsInsecure = false, tlsCa = null, tlsPins = [], ...rest } = options
  const url = new URL(`${scheme}://${host}:${port}`)
  const rack = createRack({ name: 'staging', url, token, tlsInsecure, tlsCa, tlsPins }, rest)
  onTestFinished(() => rack.close())
  return rack
}

export function get(target = '/apps?', headers: readonly string[] = []): UpstreamRequest {
  return { method: 'GET', target, headers, body: null, length: null }
}

export const neverAborted: AbortSignal = new AbortController().signal

export function waitForClose(socket: Duplex): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}
