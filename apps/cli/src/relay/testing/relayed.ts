import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Secret } from '@rack-gateway/config/client'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { onTestFinished } from 'vitest'
import { createGatewayDial, type GatewayDialOptions } from '../gateway-dial.ts'
import { type Listener, startListener } from '../listener.ts'
import type { TlsGateway } from './tls-gateway.ts'

export const token = 'rgs_theRealToken'

/** How a connection may end for its other side when it is broken off. */
export const brokenOff: readonly string[] = ['end', 'ECONNRESET']

/** A relay before a gateway, and what a program needs to use it. */
export interface Relayed {
  readonly listener: Listener
  readonly port: number
  readonly host: string
  readonly password: string
  /** `Authorization: Basic …` with this run's password. */
  readonly authorization: string
  connect(): Promise<Client>
  /** Sends this on a connection of its own, and reads to the end. */
  ask(text: string): Promise<string>
  /** A GET that passes, with more lines, each with its CR LF. */
  get(lines?: string, path?: string): string
}

export interface Client {
  readonly socket: Socket
  send(text: string): void
  /** What has come so far, as latin1. */
  readonly received: string
  /** Resolves once this has come. */
  saw(text: string): Promise<void>
  /** How it ended: `end`, or the code of the error. */
  readonly ended: Promise<string>
}

export interface RelayedOptions extends Partial<Pick<GatewayDialOptions, 'ca' | 'env'>> {
  readonly token?: () => Secret
}

export async function relayed(gateway: Pick<TlsGateway, 'origin'>, options: RelayedOptions = {}): Promise<Relayed> {
  const kept = new Secret(token)
  const { ca = root, env = {}, token: current = () => kept } = options
  const { origin } = gateway
  const dial = createGatewayDial({ origin, ca, env, trustMore: 'name it' })
  const listener = await startListener({ origin, path: '/rack/staging', token: current, connect: dial.connect })
  onTestFinished(async () => {
    await listener.close(0)
    dial.close()
  })
  const url = new URL(listener.rackUrl)
  const authorization = `Authorization: ${basicAuthorization(url.password)}`
  const port = Number(url.port)

  async function open(): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let received = ''
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      socket.emit('said')
    })
    const ended = new Promise<string>((resolve) => {
      socket.once('end', () => resolve('end'))
      socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    })
    await once(socket, 'connect')
    onTestFinished(() => void socket.destroy())
    return {
      socket,
      ended,
      send: (text) => void socket.write(Buffer.from(text, 'latin1')),
      get received() {
        return received
      },
      async saw(text) {
        while (!received.includes(text)) await once(socket, 'said')
      },
    }
  }

  return {
    listener,
    port,
    host: url.host,
    password: url.password,
    authorization,
    connect: open,
    async ask(text) {
      const client = await open()
      client.send(text)
      const how = await client.ended
      return how === 'end' ? client.received : how
    },
    get: (lines = '', path = '/rack/staging/apps?') =>
      `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\n${authorization}\r\n${lines}\r\n`,
  }
}
