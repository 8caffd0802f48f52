import { Secret } from '@rack-gateway/config/client'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { connectRaw, type RawConnection } from '@rack-gateway/testing/http'
import { onTestFinished } from 'vitest'
import { createGatewayDial, type GatewayDialOptions } from '../gateway-dial.ts'
import { type Listener, startListener } from '../listener.ts'
import type { TlsGateway } from './tls-gateway.ts'

export const token = 'rgs_theRealToken'

/** The ways in which a client can see a broken connection. */
export const brokenEnds: readonly string[] = ['end', 'ECONNRESET']

/** A running relay, and what a client needs to use it. */
export interface TestRelay {
  readonly listener: Listener
  readonly port: number
  readonly host: string
  readonly password: string
  /** `Authorization: Basic …` with the password. */
  readonly authorization: string
  connect(): Promise<RawConnection>
  /** Sends text on a new connection, and reads to the end. */
  ask(text: string): Promise<string>
  /** A valid GET request. @param lines further header lines, each with its CR LF */
  get(lines?: string, path?: string): string
}

export interface StartRelayOptions extends Partial<Pick<GatewayDialOptions, 'ca' | 'env'>> {
  readonly token?: () => Secret
  readonly proof?: () => Secret | null
}

export async function startRelay(
  gateway: Pick<TlsGateway, 'origin'>,
  options: StartRelayOptions = {},
): Promise<TestRelay> {
  const secret = new Secret(token)
  const { ca = root, env = {}, token: current = () => secret, proof = () => null } = options
  const { origin } = gateway
  const dial = createGatewayDial({ origin, ca, env, trustRemedy: 'name it' })
  const listener = await startListener({ origin, path: '/rack/staging', token: current, proof, connect: dial.connect })
  onTestFinished(async () => {
    await listener.close(0)
    dial.close()
  })
  const url = new URL(listener.rackUrl)
  const authorization = `Authorization: ${basicAuthorization(url.password)}`
  const port = Number(url.port)

  async function open(): Promise<RawConnection> {
    const connection = await connectRaw(url.origin, { allowHalfOpen: true })
    onTestFinished(() => connection.end())
    return connection
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
      const end = await client.ended
      return end === 'end' ? client.received : end
    },
    get: (lines = '', path = '/rack/staging/apps?') =>
      `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\n${authorization}\r\n${lines}\r\n`,
  }
}
