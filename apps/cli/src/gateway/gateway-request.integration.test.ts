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

test('a redirect is an answer, and not followed', async () => {
  const elsewhere = await startFakeGateway({ status: 200, body: {} })
  gateway = await startFakeGateway({ status: 307, headers: { location: elsewhere.url } })
  expect(await askGateway(gateway.url, { path: '/me', token })).toMatchObject({ status: 307 })
  expect(elsewhere.asked).toEqual([])
  await elsewhere.close()
})

test('what doesn’t answer in time is given up, also in the middle of its answer', async () => {
  gateway = await startFakeGateway({ status: 200, after: new Promise(() => {}) })
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
    next: 'check the network, and whether a VPN has to be on',
    distrusted: null,
  })
})

test('Ctrl-C ends it as what it is', async () => {
  gateway = await startFakeGateway({ status: 200, after: new Promise(() => {}) })
  for (const ask of [askGateway, tryGateway, openGateway]) {
    const stop = new AbortController()
    const asked = ask(gateway.url, { path: '/me', signal: stop.signal })
    stop.abort()
    await expect(asked).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
  }
})

/** Takes connections and says nothing, not even as much as a handshake needs. */
async function startSilence() {
  const server = createTcpServer((socket) => void socket.resume())
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { server, origin: `https://127.0.0.1:${port}` }
}

/** The next connection: once it is there, and once it has ended. */
function connectionTo(server: ReturnType<typeof createTcpServer>) {
  const made = once(server, 'connection')
  return { made, closed: made.then(([socket]) => once(socket, 'close')) }
}

test('a deadline ends a connection that is still being made', async () => {
  const deadline = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(deadline.signal)
  const { server, origin } = await startSilence()
  const { made, closed } = connectionTo(server)
  const answer = tryGateway(origin, { path: '/me', token, deadline: 50 })
  await made
  deadline.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
  expect(await answer).toEqual({
    kind: 'unanswered',
    reason: 'it did not answer within 0.05 s',
    next: 'check the network, and whether a VPN has to be on',
    distrusted: null,
  })
  await closed
  expect(timeout).toHaveBeenCalledWith(50)
})

test('Ctrl-C ends a connection that is still being made, or is yet to be', async () => {
  const { server, origin } = await startSilence()
  for (const ask of [askGateway, tryGateway, openGateway]) {
    const stop = new AbortController()
    const { made, closed } = connectionTo(server)
    const asked = ask(origin, { path: '/me', token, signal: stop.signal, deadline: 60_000 })
    const refused = expect(asked).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
    await made
    stop.abort()
    await refused
    await closed
    await expect(ask(origin, { path: '/me', token, signal: stop.signal })).rejects.toMatchObject({
      code: 'RGW_CLI_INTERRUPTED',
    })
  }
})

test('a connection that was made for one request outlives it', async () => {
  const gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')),
  })
  const trust = { name: 'a', ca: root, configPath: '/nowhere/config.json', login: 'a' }
  const stop = new AbortController()
  const request = { path: '/me', token, trust } as const
  expect(await tryGateway(gateway.origin, { ...request, signal: stop.signal })).toMatchObject({ status: 200 })
  stop.abort()
  expect(await tryGateway(gateway.origin, request)).toMatchObject({ status: 200 })
  expect(gateway.connections).toHaveLength(1)
})

test('the program ends in time where a gateway says nothing', async () => {
  const { server, origin } = await startSilence()
  const machine = createMachine()
  onTestFinished(() => machine.remove())
  machine.configure({
    gateways: { staging: { url: origin, rack: 'staging' } },
    tokens: { staging: { token: 'rgt_x' } },
  })
  expect(await machine.run(['apps'])).toMatchObject({ convox: { argv: ['apps'] } })

  const { made } = connectionTo(server)
  const tail = machine.start(['audit', 'tail'])
  await made
  tail.child.kill('SIGINT')
  expect(await tail.ended).toMatchObject({ code: 0, signal: null })
})

test('an answer without end is no answer', async () => {
  gateway = await startFakeGateway({ status: 200, body: `[${' '.repeat(3_000_000)}]` })
  expect(await askGateway(gateway.url, { path: '/me' })).toMatchObject({ text: '', value: undefined })
})

test('certificates are verified: nothing is sent where a variable says otherwise', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  await expect(askGateway('https://127.0.0.1:8', { path: '/me', token })).rejects.toMatchObject({
    code: 'RGW_CLI_BAD_SETTING',
  })
  await expect(tryGateway('https://127.0.0.1:8', { path: '/me', token })).rejects.toMatchObject({
    code: 'RGW_CLI_BAD_SETTING',
  })
})

test.each(['rgs_one\nrgs_two', 'rgs_one\u0000two', 'rgs_one two', 'rgs_öne', ''])(
  'what no token can be is sent nowhere, and not repeated: %j',
  async (broken) => {
    gateway = await startFakeGateway({ status: 200, body: {} })
    const error: unknown = await tryGateway(gateway.url, { path: '/me', token: new Secret(broken) }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ code: 'RGW_CLI_BAD_SETTING', message: expect.not.stringMatching(/rgs_/) })
    expect(gateway.asked).toEqual([])
  },
)

test('one whose authorities are named is asked as any other: it may be slow, break off, redirect or have nothing to say', async () => {
  const answers: Readonly<Record<string, string>> = {
    half: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"half":',
    same: 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n',
    away: 'HTTP/1.1 307 Away\r\nLocation: https://elsewhere.example.com\r\nContent-Length: 0\r\n\r\n',
    slow: 'HTTP/1.1 ',
  }
  const { origin } = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', (bytes) => {
        const [, name = ''] = /^POST \/(\w+) /.exec(bytes.toString('latin1')) ?? []
        socket.write(answers[name] ?? '')
      }),
  })
  const trust = { name: 'a', ca: root, configPath: '/nowhere/config.json', login: 'a' }
  const ask = (path: string, deadline: number) => tryGateway(origin, { path, token, trust, body: { a: 1 }, deadline })
  const late = {
    kind: 'unanswered',
    reason: 'it did not answer within 0.2 s',
    next: 'check the network, and whether a VPN has to be on',
    distrusted: null,
  }
  expect(await ask('/half', 200)).toEqual(late)
  expect(await ask('/same', 20_000)).toMatchObject({ status: 304, text: '' })
  expect(await ask('/away', 20_000)).toMatchObject({ status: 307 })
  expect(await ask('/slow', 200)).toEqual(late)
  const stop = new AbortController()
  const stopped = tryGateway(origin, { path: '/me', token, trust, signal: stop.signal })
  stop.abort()
  await expect(stopped).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
  expect(await tryGateway(origin, { path: '/me', token, trust: { ...trust, ca: otherRoot } })).toMatchObject({
    kind: 'unanswered',
    reason: 'its certificate is not signed by an authority that is known here',
  })
})

test('requests of one command share a verified connection, and one that was closed meanwhile is not used again', async () => {
  const gateway = await startTlsGateway({
    onConnection: (socket) =>
      socket.on('data', () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')),
  })
  const trust = { name: 'a', ca: root, configPath: '/nowhere/config.json', login: 'a' }
  const ask = () => tryGateway(gateway.origin, { path: '/me', token, trust })
  for (let time = 0; time < 3; time++) expect(await ask()).toMatchObject({ status: 200, value: {} })
  expect(gateway.connections).toHaveLength(1)
  const [first] = gateway.connections
  const closed = once(first ?? new Socket(), 'close')
  first?.end()
  await closed
  expect(await ask()).toMatchObject({ status: 200, value: {} })
  expect(gateway.connections).toHaveLength(2)
  expect(await tryGateway(gateway.origin, { path: '/me', token, trust: { ...trust, ca: otherRoot } })).toMatchObject({
    distrusted: { reason: expect.stringContaining("can't be trusted"), remedy: expect.stringContaining('--ca FILE') },
  })
})

/** What can make a connection, but for looking at an address. */
const connecting =
  /^import (?!type |\{ isIP \}).* from '(?:node:(?:http2?|https|net|tls|dgram)|undici|ws)'|\b(?:fetch|WebSocket|EventSource)\(/m

test('nothing else of the program asks a gateway', () => {
  const own = fileURLToPath(new URL('..', import.meta.url)).length
  const found = sourceFiles().filter((path) => connecting.test(readFileSync(path, 'utf8')))
  expect(found.map((path) => path.slice(own).replaceAll('\\', '/')).sort()).toEqual([
    // A browser comes back to it.
    'browser-login/callback-server.ts',
    // Convox comes in there.
    'convox/relay/listener.ts',
    // It looks at a certificate, and has no token.
    'doctor/handshake.ts',
    'gateway/gateway-request.ts',
    // It connects, and sends nothing.
    'gateway/note-silent-gateway.ts',
    // What is trusted is read there, and what a connection begins with: both for own requests and convox's.
    'gateway/tls/authorities.ts',
    'gateway/tls/connection.ts',
    'gateway/tls/system-authorities.ts',
    // For gateway-request.ts alone.
    'gateway/tls/verified-request.ts',
    // GitHub gives the job its own token.
    'session/job-token.ts',
  ])
  for (const said of [
    "import net from 'node:net'",
    "import { isIP, connect } from 'node:net'",
    "import { request } from 'undici'",
    'await fetch(url)',
    'new WebSocket(url)',
  ])
    expect(said).toMatch(connecting)
})
