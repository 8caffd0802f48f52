import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTcpServer, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Secret } from '@rack-gateway/config/client'
import { otherRootCertificate as otherRoot, rootCertificate as root } from '@rack-gateway/testing/certificates'
import { listen } from '@rack-gateway/testing/server'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { startTlsGateway } from '../convox/relay/testing/tls-gateway.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine } from '../testing/harness.ts'
import { sourceFiles } from '../testing/source-files.ts'
import { askGateway, openGateway, tryGateway } from './gateway-request.ts'

const token = new Secret('rgs_x')
let gateway: FakeGateway | null = null
afterEach(async () => {
  vi.unstubAllEnvs()
  await gateway?.close()
  gateway = null
})

test('does not follow a redirect', async () => {
  const elsewhere = await startFakeGateway({ status: 200, body: {} })
  gateway = await startFakeGateway({ status: 307, headers: { location: elsewhere.url } })
  expect(await askGateway(gateway.url, { path: '/me', token })).toMatchObject({ status: 307 })
  expect(elsewhere.requests).toEqual([])
  await elsewhere.close()
})

test('stops at the deadline, also in the middle of a response', async () => {
  gateway = await startFakeGateway({ status: 200, delay: new Promise(() => {}) })
  await expect(askGateway(gateway.url, { path: '/me', token, deadline: 50 })).rejects.toThrow(
    'it did not answer within 0.05 s',
  )
  const half = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":')
  })
  const { url, close } = await listen(half)
  onTestFinished(close)
  expect(await tryGateway(url, { path: '/me', deadline: 50 })).toEqual({
    kind: 'unanswered',
    reason: 'it did not answer within 0.05 s',
    remedy: 'Check the network, and whether a VPN must be on.',
    untrusted: null,
  })
})

test('Ctrl-C ends a request with an interruption', async () => {
  gateway = await startFakeGateway({ status: 200, delay: new Promise(() => {}) })
  for (const ask of [askGateway, tryGateway, openGateway]) {
    const stop = new AbortController()
    const asked = ask(gateway.url, { path: '/me', signal: stop.signal })
    stop.abort()
    await expect(asked).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
  }
})

/** Accepts connections and sends nothing, not even a TLS handshake. */
async function startSilentServer() {
  const server = createTcpServer((socket) => void socket.resume())
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { server, origin: `https://127.0.0.1:${port}` }
}

/** Resolves when the next connection opens, and when it closes. */
function nextConnection(server: ReturnType<typeof createTcpServer>) {
  const opened = once(server, 'connection')
  return { opened, closed: opened.then(([socket]) => once(socket, 'close')) }
}

test('the deadline ends a connection attempt', async () => {
  const deadline = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal)
  const { server, origin } = await startSilentServer()
  const { opened, closed } = nextConnection(server)
  const received = tryGateway(origin, { path: '/me', token, deadline: 50 })
  await opened
  deadline.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  expect(await received).toEqual({
    kind: 'unanswered',
    reason: 'it did not answer within 0.05 s',
    remedy: 'Check the network, and whether a VPN must be on.',
    untrusted: null,
  })
  await closed
  expect(timeout).toHaveBeenCalledWith(50)
})

test('Ctrl-C ends a connection attempt, and prevents the next', async () => {
  const { server, origin } = await startSilentServer()
  for (const ask of [askGateway, tryGateway, openGateway]) {
    const stop = new AbortController()
    const { opened, closed } = nextConnection(server)
    const asked = ask(origin, { path: '/me', token, signal: stop.signal, deadline: 60_000 })
    const interrupted = expect(asked).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
    await opened
    stop.abort()
    await interrupted
    await closed
    await expect(ask(origin, { path: '/me', token, signal: stop.signal })).rejects.toMatchObject({
      code: 'RGW_CLI_INTERRUPTED',
    })
  }
})

test('a connection outlives the request that opened it', async () => {
  const gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')),
  })
  const tlsTrust = { name: 'a', ca: root, configPath: '/nowhere/config.json', loginArguments: 'a' }
  const stop = new AbortController()
  const request = { path: '/me', token, tlsTrust } as const
  expect(await tryGateway(gateway.origin, { ...request, signal: stop.signal })).toMatchObject({ status: 200 })
  stop.abort()
  expect(await tryGateway(gateway.origin, request)).toMatchObject({ status: 200 })
  expect(gateway.connections).toHaveLength(1)
})

test('the program ends if the gateway does not answer', async () => {
  const { server, origin } = await startSilentServer()
  const machine = createMachine()
  onTestFinished(() => machine.remove())
  machine.configure({
    gateways: { staging: { url: origin, rack: 'staging' } },
    tokens: { staging: { token: 'rgt_x' } },
  })
  expect(await machine.run(['apps'])).toMatchObject({ convox: { argv: ['apps'] } })

  const { opened } = nextConnection(server)
  const tail = machine.start(['audit', 'tail'])
  await opened
  tail.child.kill('SIGINT')
  expect(await tail.ended).toMatchObject({ code: 0, signal: null })
})

test('ignores a response that is too long', async () => {
  gateway = await startFakeGateway({ status: 200, body: `[${' '.repeat(3_000_000)}]` })
  expect(await askGateway(gateway.url, { path: '/me' })).toMatchObject({ text: '', value: undefined })
})

test('sends nothing if a variable turns off certificate verification', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  await expect(askGateway('https://127.0.0.1:8', { path: '/me', token })).rejects.toMatchObject({
    code: 'RGW_CLI_BAD_SETTING',
  })
  await expect(tryGateway('https://127.0.0.1:8', { path: '/me', token })).rejects.toMatchObject({
    code: 'RGW_CLI_BAD_SETTING',
  })
})

test.each(['rgs_one\nrgs_two', 'rgs_one\u0000two', 'rgs_one two', 'rgs_öne', ''])(
  'neither sends nor repeats an invalid token: %j',
  async (invalid) => {
    gateway = await startFakeGateway({ status: 200, body: {} })
    const error: unknown = await tryGateway(gateway.url, { path: '/me', token: new Secret(invalid) }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'RGW_CLI_BAD_SETTING', message: expect.not.stringMatching(/rgs_/) })
    expect(gateway.requests).toEqual([])
  },
)

test('handles slow, partial, redirecting, and empty responses when authorities are configured', async () => {
  const responses: Readonly<Record<string, string>> = {
    half: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"half":',
    same: 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
    moved: 'HTTP/1.1 307 Moved\r\nLocation: https://elsewhere.example.com\r\nContent-Length: 0\r\n\r\n',
    slow: 'HTTP/1.1 ',
  }
  const { origin } = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', (bytes) => {
        const [, name = ''] = /^POST \/(\w+) /.exec(bytes.toString('latin1')) ?? []
        socket.write(responses[name] ?? '')
      }),
  })
  const tlsTrust = { name: 'a', ca: root, configPath: '/nowhere/config.json', loginArguments: 'a' }
  const ask = (path: string, deadline: number) =>
    tryGateway(origin, { path, token, tlsTrust, body: { a: 1 }, deadline })
  const timedOut = {
    kind: 'unanswered',
    reason: 'it did not answer within 0.2 s',
    remedy: 'Check the network, and whether a VPN must be on.',
    untrusted: null,
  }
  expect(await ask('/half', 200)).toEqual(timedOut)
  expect(await ask('/same', 20_000)).toMatchObject({ status: 304, text: '' })
  expect(await ask('/moved', 20_000)).toMatchObject({ status: 307 })
  expect(await ask('/slow', 200)).toEqual(timedOut)
  const stop = new AbortController()
  const interrupted = tryGateway(origin, { path: '/me', token, tlsTrust, signal: stop.signal })
  stop.abort()
  await expect(interrupted).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
  expect(await tryGateway(origin, { path: '/me', token, tlsTrust: { ...tlsTrust, ca: otherRoot } })).toMatchObject({
    kind: 'unanswered',
    reason: 'its certificate is not signed by a trusted authority',
  })
})

test('reuses a verified connection, and opens a new one if it was closed', async () => {
  const gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')),
  })
  const tlsTrust = { name: 'a', ca: root, configPath: '/nowhere/config.json', loginArguments: 'a' }
  const ask = () => tryGateway(gateway.origin, { path: '/me', token, tlsTrust })
  for (let count = 0; count < 3; count++) expect(await ask()).toMatchObject({ status: 200, value: {} })
  expect(gateway.connections).toHaveLength(1)
  const [first] = gateway.connections
  const closed = once(first ?? new Socket(), 'close')
  first?.end()
  await closed
  expect(await ask()).toMatchObject({ status: 200, value: {} })
  expect(gateway.connections).toHaveLength(2)
  expect(
    await tryGateway(gateway.origin, { path: '/me', token, tlsTrust: { ...tlsTrust, ca: otherRoot } }),
  ).toMatchObject({
    untrusted: { reason: expect.stringContaining('cannot be trusted'), remedy: expect.stringContaining('--ca FILE') },
  })
})

/** Code that can open a connection. `isIP` cannot. */
const opensConnection =
  /^import (?!type |\{ isIP \}).* from '(?:node:(?:http2?|https|net|tls|dgram)|undici|ws)'|\b(?:fetch|WebSocket|EventSource)\(/m

test('only the listed files open connections', () => {
  const sourceRoot = fileURLToPath(new URL('..', import.meta.url)).length
  const found = sourceFiles().filter((path) => opensConnection.test(readFileSync(path, 'utf8')))
  expect(found.map((path) => path.slice(sourceRoot).replaceAll('\\', '/')).sort()).toEqual([
    // Accepts the redirect of the browser.
    'browser-login/callback-server.ts',
    // Accepts the connections of convox.
    'convox/relay/listener.ts',
    // Connects convox to a gateway without TLS, as convox itself would.
    'convox/relay/plain-dial.ts',
    // Reads a certificate, and has no token.
    'doctor/fetch-certificate.ts',
    // Sends what `fetch` cannot send, with the same verification of the certificate.
    'doctor/proxy/probe.ts',
    'gateway/gateway-request.ts',
    // Connects, and sends nothing.
    'gateway/note-unreachable-gateway.ts',
    // Trusted authorities and TLS options, for own requests and those of convox.
    'gateway/tls/authorities.ts',
    'gateway/tls/connection.ts',
    'gateway/tls/system-authorities.ts',
    // Used only by gateway-request.ts.
    'gateway/tls/verified-request.ts',
    // Gets the ID token of a job from GitHub.
    'session/job-token.ts',
  ])
  for (const line of [
    "import net from 'node:net'",
    "import { isIP, connect } from 'node:net'",
    "import { request } from 'undici'",
    'await fetch(url)',
    'new WebSocket(url)',
  ])
    expect(line).toMatch(opensConnection)
})
