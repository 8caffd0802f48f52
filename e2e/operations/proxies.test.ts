import type { IncomingMessage, ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { defaultLimits, Secret } from '@rack-gateway/config'
import { freePort } from '@rack-gateway/demo/free-port'
import { createGateway } from '@rack-gateway/gateway'
import { certificatePath, rootCertificate } from '@rack-gateway/testing/certificates'
import { writeRequest } from '@rack-gateway/testing/http'
import { mustHavePrograms } from '@rack-gateway/testing/installed-programs'
import { encodeFrame, opcodes, upgradeHeaders, watchFrames } from '@rack-gateway/testing/websocket'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { mebibyte, pour } from '../support/callers/bulk.ts'
import { textOf } from '../support/callers/caller.ts'
import { findProxy, type Product, type RunningProxy, replaceAll, startProxy } from '../support/callers/proxies.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { gatewayDefaults } from '../support/gateway/gateway-defaults.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import { type PlainRack, startPlainRack } from '../support/racks/plain-rack.ts'
import { rackConfig } from '../support/racks/rack-config.ts'

type Edit = (text: string) => string

/** The edit that replaces the timeouts of a file, which are an hour. */
const withTimeout: Readonly<Record<Product, (timeout: string) => Edit>> = {
  nginx: (timeout) => (text) => replaceAll(text, { 'proxy_read_timeout 1h': `proxy_read_timeout ${timeout}` }),
  HAProxy: (timeout) => (text) =>
    replaceAll(text, {
      'timeout server 1h': `timeout server ${timeout}`,
      'timeout tunnel 1h': `timeout tunnel ${timeout}`,
    }),
  Caddy: (timeout) => (text) =>
    replaceAll(text, { 'keepalive 60s': `keepalive 60s\nresponse_header_timeout ${timeout}` }),
}

/** Configurations with a mistake, and the check and the setting that `doctor` must name. */
const mistakes: Readonly<Record<Product, readonly [string, Edit, Readonly<Record<string, string>>][]>> = {
  nginx: [
    [
      'no Host',
      (text) => replaceAll(text, { 'proxy_set_header Host $http_host;': '' }),
      { host: 'nginx: `proxy_set_header Host $http_host;`' },
    ],
    [
      'only proxy_pass and Host',
      (text) =>
        text.replace(
          /\n {4}(?:client_max_body_size|proxy_(?:request_)?buffering|proxy_http_version|proxy_set_header (?!Host)).*/g,
          '',
        ),
      {
        websocket: '`proxy_set_header Upgrade $http_upgrade;`',
        upload: '`client_max_body_size 0;`',
        address: '`proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`',
      },
    ],
    [
      'request buffering',
      (text) => replaceAll(text, { 'proxy_request_buffering off;': '' }),
      { upload: '`proxy_request_buffering off;`' },
    ],
  ],
  HAProxy: [
    [
      'another Host',
      (text) => replaceAll(text, { 'server gateway1': 'http-request set-header Host gateway1\n    server gateway1' }),
      { host: 'HAProxy: remove `http-request set-header Host`' },
    ],
    [
      'no X-Forwarded-For',
      (text) => replaceAll(text, { 'option forwardfor': 'option http-buffer-request' }),
      { address: 'HAProxy: `option forwardfor`' },
    ],
  ],
  Caddy: [
    [
      'another Host',
      (text) => replaceAll(text, { 'flush_interval -1': 'header_up Host gateway1' }),
      { host: 'Caddy: remove `header_up Host`' },
    ],
    [
      'no X-Forwarded-For',
      (text) => replaceAll(text, { 'flush_interval -1': 'header_up -X-Forwarded-For' }),
      { address: 'Caddy: remove `header_up -X-Forwarded-For`' },
    ],
  ],
}

const products = (['nginx', 'HAProxy', 'Caddy'] as const).filter((product) => {
  const isTested = mustHavePrograms || findProxy(product) !== null
  if (!isTested) console.info(`${product} is not installed, so its configuration is not tested.`)
  return isTested
})

/** @returns the socket after the response to the upgrade */
async function upgradeAt(
  { port }: RunningProxy,
  token: string,
  path: string,
  headers: readonly string[],
): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', servername: 'localhost', port, ca: rootCertificate })
  socket.on('error', () => undefined)
  const lines = [`Host: localhost:${port}`, `Authorization: Bearer ${token}`, ...upgradeHeaders, ...headers]
  socket.write(writeRequest(`GET ${path}`, lines))
  let head = Buffer.alloc(0)
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    head = Buffer.concat([head, chunk])
    if (head.includes('\r\n\r\n')) break
  }
  const end = head.indexOf('\r\n\r\n') + 4
  expect(head.toString('latin1', 0, 12)).toBe('HTTP/1.1 101')
  socket.unshift(head.subarray(end))
  return socket
}

/** Answers the gateway's question where the logs of a build are. */
const respondWithoutLocation = (request: IncomingMessage, response: ServerResponse) =>
  void request.resume().once('end', () => response.end('{"logs":""}'))

/** More than 70 s, because the gateway sends a ping every 20 s. */
const pingsInSilence = 4

interface SilentLog {
  readonly received: ReturnType<typeof watchFrames>
  readonly rackSide: Duplex
}

let system: System
let token: string
const silentLogs = new Map<Product, SilentLog>()
const stopsOfSilentLogs: (() => unknown)[] = []

beforeAll(async () => {
  system = await startSystem()
  token = await system.token('admin')
  await openSilentLogs()
})
afterAll(async () => {
  for (const stop of stopsOfSilentLogs.reverse()) await stop()
  await system?.stop()
})

/** Opens a build log through each proxy, with timeouts of a minute. The logs stay silent while the other tests run. */
async function openSilentLogs(): Promise<void> {
  const onOpened = new Map<string | undefined, (socket: Duplex) => void>()
  const rack = await startPlainRack({
    onRequest: respondWithoutLocation,
    onWebsocket(request, socket) {
      socket.on('error', () => undefined)
      onOpened.get(request.url)?.(socket)
    },
  })
  stopsOfSilentLogs.push(rack.close)
  const gateway = await createGateway({
    config: { ...gatewayDefaults, racks: [rackConfig('staging', rack)], secretKeys: [new Secret(system.secretKey)] },
    databaseUrl: system.database.runtimeUrl,
    log: pino({ level: 'silent' }),
  })
  stopsOfSilentLogs.push(() => gateway.close())
  const gatewayPort = Number(new URL(await gateway.listen({ port: 0, host: '127.0.0.1' })).port)
  for (const product of products) {
    const proxy = await startProxy(product, { gatewayPort, edit: withTimeout[product]('60s') })
    stopsOfSilentLogs.push(proxy.stop)
    const path = `/apps/myapp/builds/${product}/logs`
    const rackSide = new Promise<Duplex>((resolve) => onOpened.set(path, resolve))
    const socket = await upgradeAt(proxy, token, path, [])
    stopsOfSilentLogs.push(() => socket.destroy())
    silentLogs.set(product, { received: watchFrames(socket), rackSide: await rackSide })
  }
}

describe.each(products)('%s with its file in infra/proxies', (product) => {
  let rack: PlainRack
  let app: Awaited<ReturnType<typeof createGateway>>
  let gatewayPort: number
  let proxy: RunningProxy
  let machine: Machine
  const stops: (() => Promise<unknown>)[] = []
  let onUpload: (request: IncomingMessage) => void = () => {}
  let onWebsocket: (request: IncomingMessage, socket: Duplex) => void = () => {}

  beforeAll(async () => {
    rack = await startPlainRack({
      onRequest: (request, response) => {
        onUpload(request)
        respondWithoutLocation(request, response)
      },
      onWebsocket: (request, socket) => {
        socket.on('error', () => undefined)
        onWebsocket(request, socket)
      },
    })
    const port = await freePort()
    app = await createGateway({
      config: {
        ...gatewayDefaults,
        racks: [rackConfig('staging', rack)],
        secretKeys: [new Secret(system.secretKey)],
        limits: defaultLimits,
        publicUrl: `https://localhost:${port}`,
        trustedProxies: ['127.0.0.1'],
      },
      databaseUrl: system.database.runtimeUrl,
      log: pino({ level: 'silent' }),
    })
    gatewayPort = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
    proxy = await startProxy(product, { port, gatewayPort })
    machine = createMachine(null)
  })
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })
  afterAll(async () => {
    machine?.remove()
    await proxy?.stop()
    await app?.close()
    await rack?.close()
  })

  /** Sends a request from 127.0.0.2, which is not a trusted proxy. */
  function send(method: string, path: string, { port } = proxy) {
    const call = httpsRequest({
      host: '127.0.0.1',
      servername: 'localhost',
      port,
      localAddress: '127.0.0.2',
      ca: rootCertificate,
      agent: false,
      method,
      path,
      headers: { Host: `localhost:${proxy.port}`, Authorization: `Bearer ${token}` },
    })
    const received = new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve).once('error', reject)
    })
    received.catch(() => undefined)
    return { call, received }
  }
  async function get(path: string, at: RunningProxy = proxy): Promise<{ status: number; text: string }> {
    const { call, received } = send('GET', path, at)
    call.end()
    const response = await received
    return { status: response.statusCode ?? 0, text: await textOf(response) }
  }

  async function openSocket(path: string, headers: readonly string[]): Promise<TLSSocket> {
    const socket = await upgradeAt(proxy, token, path, headers)
    stops.push(async () => socket.destroy())
    return socket
  }

  /** Starts the proxy anew with a changed file. */
  async function withEdit(edit: Edit): Promise<void> {
    await proxy.stop()
    const { port } = proxy
    proxy = await startProxy(product, { port, gatewayPort, edit })
    stops.push(async () => {
      await proxy.stop()
      proxy = await startProxy(product, { port, gatewayPort })
    })
  }

  interface Finding {
    readonly check: string
    readonly status: string
    readonly says: string
    readonly next: string | null
  }

  async function doctor(...words: readonly string[]) {
    const { code, stdout, stderr } = await machine.run(
      ...builtCommand('rack-gateway', ['doctor', '--json', ...words]),
      {
        env: {
          RACK_GATEWAY_URL: proxy.url,
          RACK_GATEWAY_TOKEN: token,
          GATEWAY_RACK: 'staging',
          NODE_EXTRA_CA_CERTS: certificatePath('root'),
        },
      },
    )
    expect(stderr).toBe('')
    const { findings }: { findings: Finding[] } = JSON.parse(stdout)
    return { code, of: (check: string) => findings.find((one) => one.check === check) }
  }
  const proxyChecks = ['gateway', 'host', 'address', 'websocket', 'upload']

  test('an upload of 100 MB reaches the rack while it is being sent', async () => {
    let arrived = 0
    onUpload = (request) => {
      request.on('data', (chunk: Buffer) => {
        arrived += chunk.length
      })
    }
    const { call, received } = send('POST', '/apps/myapp/builds/import')
    await pour(call, 10 * mebibyte)
    await expect.poll(() => arrived).toBeGreaterThan(0)
    await pour(call, 90 * mebibyte)
    call.end()
    expect((await received).statusCode).toBe(200)
    expect(arrived).toBe(100 * mebibyte)
    onUpload = () => {}
  })

  test('an exec sends and receives', async () => {
    const opened = new Promise<Duplex>((resolve) => {
      onWebsocket = (_request, socket) => resolve(socket)
    })
    const socket = await openSocket('/apps/myapp/processes/web-1/exec', ['Command: bash'])
    const watched = watchFrames(socket)
    const rackSide = await opened
    let typed = ''
    rackSide.on('data', (chunk: Buffer) => {
      typed += chunk.toString('latin1')
    })
    rackSide.write(encodeFrame({ opcode: opcodes.text, payload: Buffer.from('prompt') }))
    await expect.poll(() => watched.payloadBytes).toBe('prompt'.length)
    socket.write(encodeFrame({ opcode: opcodes.text, payload: Buffer.from('ls'), mask: 0 }))
    await expect.poll(() => typed).toContain('ls')
  })

  test('doctor --slow names the timeout, which ends a response that begins late', async () => {
    await withEdit(withTimeout[product]('3s'))
    const { code, of } = await doctor('--slow')
    expect(of('timeout')).toMatchObject({
      status: 'problem',
      says: expect.stringMatching(/^After \d+ s without a response, the proxy answered with status 50[24]\.$/),
      next: expect.stringContaining(product),
    })
    expect(code).toBe(1)
  })

  test('the audit log has the address of the caller, which cannot be invented', async () => {
    const { call, received } = send('GET', '/apps/of-this-caller')
    call.setHeader('X-Forwarded-For', '203.0.113.9')
    call.end()
    await textOf(await received)
    const recorded = async () => (await system.events()).findLast(({ path }) => path === '/apps/of-this-caller')
    await expect.poll(async () => (await recorded())?.source?.address).toBe('127.0.0.2')
  })

  test.each([
    '/gateway/health/ready',
    '/gateway/health/ready?',
    '/gateway/health/%72eady',
    '/gateway/health//ready',
    '/gateway/%68ealth/ready',
    '/metrics',
  ])('hides %s', async (path) => {
    const { status, text } = await get(path)
    expect([status, text.includes('checks')]).toEqual([404, false])
  })

  test('serves health checks that say nothing', async () => {
    expect([await get('/check'), (await get('/gateway/health/live')).status]).toEqual([
      { status: 200, text: 'ok\n' },
      200,
    ])
  })

  test('doctor finds no problem', async () => {
    const { of } = await doctor()
    for (const check of proxyChecks) expect(of(check)).toMatchObject({ status: 'ok' })
  })

  test.each(mistakes[product])('doctor names the setting: %s', async (_what, edit, expected) => {
    await withEdit(edit)
    const { of } = await doctor()
    for (const [check, setting] of Object.entries(expected))
      expect(of(check)).toMatchObject({ next: expect.stringContaining(setting) })
    if ('host' in expected) expect((await get('/gateway/api/v1/me')).status).toBe(421)
  })

  test('a command recognizes the page of the proxy while the gateway is down', async () => {
    const { port } = proxy
    await proxy.stop()
    proxy = await startProxy(product, { port, gatewayPort: await freePort() })
    stops.push(async () => {
      await proxy.stop()
      proxy = await startProxy(product, { port, gatewayPort })
    })
    const { of } = await doctor()
    expect(of('gateway')).toMatchObject({
      status: 'problem',
      says: expect.stringMatching(
        new RegExp(`failed: a proxy \\(${product}\\) answered with status 50[234], because it `),
      ),
    })
  })
})

test.each(products)('a build log that is silent for longer than the timeout of %s continues', async (product) => {
  const { received, rackSide } = silentLogs.get(product) as SilentLog
  await expect.poll(() => received.pings, { timeout: 100_000 }).toBeGreaterThanOrEqual(pingsInSilence)
  rackSide.write(encodeFrame({ opcode: opcodes.text, payload: Buffer.from('Complete') }))
  await expect.poll(() => received.payloadBytes).toBe('Complete'.length)
})
