import dns from 'node:dns'
import { readServerConfig } from '@rack-gateway/config'
import { createDemoRack, type DemoRack } from '@rack-gateway/demo-rack'
import { createLog, startGateway } from '@rack-gateway/gateway'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import {
  certificatePath,
  otherHostIdentity,
  rootCertificate,
  selfSignedIdentity,
  serverIdentity,
  type TlsIdentity,
} from '@rack-gateway/testing/certificates'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { gatewayEnvironment } from '../support/gateway/gateway-environment.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

const certificate = certificatePath('self-signed')

/** As openssl prints it for the rack's key. */
const rackPin = 'fe57015ededa663a0b5b8c598aefc632c53c9923032a837bde9ee4d1674c5c91'
const otherPin = 'sha256/oBQRg8u+QooIM2nLo0DKAccEsRbIMLdhnBboyXNn8wg='

let system: System
let rack: DemoRack
let token: string
beforeAll(async () => {
  system = await startSystem()
  token = await system.token('admin')
  rack = createDemoRack({ name: 'staging', token: 'rack-password', tls: selfSignedIdentity })
  await rack.listen()
})
afterAll(async () => {
  await system.stop()
  await rack.close()
})

/** Asks for the apps and for a log stream through a gateway that was started from the environment. */
async function callThrough(trust: Readonly<Record<string, string>>) {
  return callAt(await gatewayWith(rack, trust))
}

async function gatewayWith(
  one: Pick<DemoRack, 'url' | 'token'>,
  trust: Readonly<Record<string, string>>,
): Promise<string> {
  const config = readServerConfig({
    ...gatewayEnvironment(system, one),
    LOG_LEVEL: 'silent',
    ...trust,
  })
  const gateway = await startGateway(config, createLog(config.logLevel))
  onTestFinished(() => gateway.stop())
  return gateway.url
}

async function callAt(url: string) {
  const authorization = basicAuthorization(token)
  const response = await fetch(`${url}/apps`, { headers: { authorization } })
  const body: unknown = await response.json()
  const socket = await openWebSocket(`${url}/apps/myapp/logs`, token, {})
  socket.close()
  return { status: response.status, body, socket }
}

test.each([
  ['an authority of its own, in a file', { RACK_CA_STAGING: certificate }],
  ['an authority of its own, as text', { RACK_CA_STAGING: selfSignedIdentity.cert }],
  ['a pinned key in the place of one', { RACK_TLS_INSECURE_STAGING: 'true', RACK_TLS_PIN_STAGING: rackPin }],
  ['both', { RACK_CA_STAGING: certificate, RACK_TLS_PIN_STAGING: `${otherPin},${rackPin}` }],
])('a rack over TLS is reached with %s', async (_what, trust) => {
  const { status, socket } = await callThrough(trust)
  expect([status, socket.status]).toEqual([200, 101])
})

test.each([
  ['no authority that is known', {}, 'RGW_RACK_UNREACHABLE', /RACK_CA_STAGING/],
  [
    'another pin',
    { RACK_CA_STAGING: certificate, RACK_TLS_PIN_STAGING: otherPin },
    'RGW_RACK_NOT_PINNED',
    /sha256\/\/lcB/,
  ],
  [
    'another pin and nothing else',
    { RACK_TLS_INSECURE_STAGING: 'true', RACK_TLS_PIN_STAGING: otherPin },
    'RGW_RACK_NOT_PINNED',
    /RACK_TLS_PIN_STAGING/,
  ],
])(
  'with %s, calls and websockets get a 502 with the reason, and the rack receives no request',
  async (_what, trust, code, why) => {
    const heard = rack.received.length
    const { status, body, socket } = await callThrough(trust)
    expect(status).toBe(502)
    expect(body).toMatchObject({ code, error: expect.stringMatching(why) })
    expect(body).toMatchObject({ error: expect.not.stringContaining('%') })
    expect([socket.status, socket.error]).toEqual([502, expect.stringMatching(why)])
    expect(rack.received).toHaveLength(heard)
    const ended = { status: 502, close: expect.stringMatching(why) }
    // `closed` comes after the response, so it may be a moment behind
    await expect
      .poll(async () => (await system.events()).filter(({ rack }) => rack === 'staging').slice(-3))
      .toMatchObject([{ kind: 'call', ...ended }, { kind: 'opened' }, { kind: 'closed', ...ended }])
  },
)

test('a server that replaces a pinned rack while the gateway runs gets neither the password nor a call', async () => {
  const options = { name: 'staging', token: 'rack-password' }
  const before = createDemoRack({ ...options, tls: selfSignedIdentity })
  await before.listen()
  const { hostname, port } = new URL(before.url)
  const url = await gatewayWith(before, { RACK_TLS_INSECURE_STAGING: 'true', RACK_TLS_PIN_STAGING: rackPin })
  expect((await callAt(url)).status).toBe(200)
  await before.close()

  const other = createDemoRack({ ...options, tls: serverIdentity })
  await other.listen(Number(port), hostname)
  const { status, body, socket } = await callAt(url)
  expect([status, body]).toEqual([502, expect.objectContaining({ code: 'RGW_RACK_NOT_PINNED' })])
  expect([socket.status, other.received]).toEqual([502, []])
  await other.close()

  const after = createDemoRack({ ...options, tls: selfSignedIdentity })
  await after.listen(Number(port), hostname)
  onTestFinished(() => after.close())
  expect((await callAt(url)).status).toBe(200)
})

/** A name that the certificates of the tests are for. */
const rackName = 'rack.internal'

type LookupDone = (error: null, found: string | dns.LookupAddress[], family?: number) => void

/** Resolves `rackName`. @returns a function that changes its address */
function resolveRackName(first: string): (address: string) => void {
  let address = first
  const { lookup } = dns
  function resolve(name: string, options: dns.LookupOptions, done: LookupDone): void {
    if (name !== rackName) return void Reflect.apply(lookup, dns, [name, options, done])
    if (options.all === true) process.nextTick(done, null, [{ address, family: 4 }])
    else process.nextTick(done, null, address, 4)
  }
  vi.spyOn(dns, 'lookup').mockImplementation(resolve as unknown as typeof lookup)
  return (next) => {
    address = next
  }
}

// Other systems have only the address 127.0.0.1 on loopback.
test.runIf(process.platform === 'linux')(
  'a rack whose name resolves to another address is followed there only if that server has a certificate for the name',
  async () => {
    const setAddress = resolveRackName('127.0.0.1')
    const listenAt = async (address: string, port: number, tls: TlsIdentity) => {
      const server = createDemoRack({ name: 'staging', token: 'rack-password', tls })
      await server.listen(port, address)
      return server
    }
    const before = await listenAt('127.0.0.1', 0, serverIdentity)
    const { port } = new URL(before.url)
    const url = await gatewayWith(
      { url: `https://${rackName}:${port}`, token: before.token },
      { RACK_CA_STAGING: rootCertificate },
    )
    expect(await statusesAt(url)).toEqual([200, 101])
    await before.close()

    setAddress('127.0.0.2')
    const other = await listenAt('127.0.0.2', Number(port), otherHostIdentity)
    expect(await callAt(url)).toMatchObject({
      status: 502,
      body: { code: 'RGW_RACK_UNREACHABLE', error: expect.stringContaining('another host name') },
      socket: { status: 502 },
    })
    expect(other.received).toEqual([])
    await other.close()

    const moved = await listenAt('127.0.0.2', Number(port), serverIdentity)
    onTestFinished(() => moved.close())
    expect(await statusesAt(url)).toEqual([200, 101])
  },
)

async function statusesAt(url: string): Promise<number[]> {
  const { status, socket } = await callAt(url)
  return [status, socket.status]
}
