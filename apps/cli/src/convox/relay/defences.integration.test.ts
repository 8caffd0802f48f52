import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Secret } from '@rack-gateway/config/client'
import { basicAuthorization, basicAuthorizationOf } from '@rack-gateway/testing/authorization'
import {
  expiredIdentity,
  notYetValidIdentity,
  otherHostIdentity,
  otherRootCertificate as otherRoot,
  rootCertificate as root,
  serverIdentity,
} from '@rack-gateway/testing/certificates'
import { expect, test } from 'vitest'
import { brokenEnds, startRelay, token } from './testing/start-relay.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\n'

/** Starts a gateway that answers every request with `ok`, and its relay. */
async function startBoth() {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  return { gateway, relay: await startRelay(gateway) }
}

test('a request with the password is forwarded with the token and the Host of the gateway', async () => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(relay.get('X-Odd-CASE:  kept \r\n'))
  await client.waitFor('ok')
  expect(client.received).toBe(ok)
  expect(gateway.received).toBe(
    `GET /rack/staging/apps? HTTP/1.1\r\nHost: ${new URL(gateway.origin).host}\r\nAuthorization: ${basicAuthorization(token)}\r\nX-Odd-CASE:  kept \r\n\r\n`,
  )
})

const wrongPassword = basicAuthorization('x'.repeat(43))

test.each([
  ['without the password', (t: Text) => t.get.replace(/^Authorization.*\r\n/m, ''), 401],
  ['with another password', (t: Text) => t.get.replace(t.password, wrongPassword), 401],
  ['with the password as Bearer', (t: Text) => t.get.replace('Basic ', 'Bearer '), 401],
  ['with another user name', (t: Text) => t.get.replace(t.password, basic(`jwt:${t.plain}`)), 401],
  ['with text after the password', (t: Text) => t.get.replace(t.password, `${t.password}A`), 401],
  ['with the real token', (t: Text) => t.get.replace(t.password, basic(`convox:${token}`)), 401],
  ['with the password twice', (t: Text) => t.get.replace(/^(Authorization.*\r\n)/m, '$1$1'), 400],
  ['with a host name of an attacker', (t: Text) => t.get.replace(t.host, `evil.example:${t.port}`), 421],
  ['to localhost', (t: Text) => t.get.replace(t.host, `localhost:${t.port}`), 421],
  ['without the port', (t: Text) => t.get.replace(t.host, '127.0.0.1'), 421],
  ['without a Host', (t: Text) => t.get.replace(/^Host.*\r\n/m, ''), 421],
  ['with two Hosts', (t: Text) => t.get.replace(/^(Host.*\r\n)/m, '$1$1'), 400],
  ['from another origin', (t: Text) => withLine(t.get, 'Origin: https://evil.example'), 403],
  ['from an opaque origin', (t: Text) => withLine(t.get, 'Origin: null'), 403],
  ['from a browser', (t: Text) => withLine(t.get, 'Sec-Fetch-Site: same-origin'), 403],
  ['from an address bar', (t: Text) => withLine(t.get, 'Sec-Fetch-Site: none'), 403],
  ['to the management API', (t: Text) => t.get.replace('/rack/staging/apps?', '/gateway/api/v1/tokens'), 403],
  ['to another rack', (t: Text) => t.get.replace('/rack/staging/', '/rack/production/'), 403],
  ['to a rack with the same prefix', (t: Text) => t.get.replace('/staging/', '/staging2/'), 403],
])('a request %s is rejected, and not forwarded', async (_what, change, status) => {
  const { gateway, relay } = await startBoth()
  for (const lines of ['', handshake]) {
    const response = await relay.ask(change(textOf(relay, lines)))
    expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(response).not.toMatch(/www-authenticate|access-control/i)
    expect(response).not.toContain(token)
  }
  expect(gateway.connections).toHaveLength(0)
})

test("the relay's own origin is accepted only in a websocket handshake, and replaced by that of the gateway", async () => {
  const { gateway, relay } = await startBoth()
  const line = `Origin: http://${relay.host}`
  expect(await relay.ask(withLine(relay.get(), line))).toMatch(/^HTTP\/1\.1 403 /)
  expect(gateway.connections).toHaveLength(0)
  const client = await relay.connect()
  client.send(withLine(relay.get(handshake), line))
  await client.waitFor('ok')
  expect(gateway.received).toContain(`\r\nOrigin: ${gateway.origin}\r\n`)
})

interface Text {
  readonly get: string
  readonly password: string
  readonly plain: string
  readonly host: string
  readonly port: number
}

function textOf(relay: Awaited<ReturnType<typeof startRelay>>, lines: string): Text {
  const { host, port, password: plain } = relay
  return { get: relay.get(lines), host, port, plain, password: relay.authorization.replace('Authorization: ', '') }
}

function basic(text: string): string {
  return basicAuthorizationOf(text)
}

function withLine(text: string, line: string): string {
  return text.replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`)
}

test('every request needs the password: a second request without it breaks the connection', async () => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  client.send(`GET /rack/staging/secrets? HTTP/1.1\r\nHost: ${relay.host}\r\n\r\n`)
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).not.toContain('secrets')
})

test.each([
  ['with another password', (t: Text) => t.get.replace(t.password, wrongPassword)],
  ['with another host', (t: Text) => t.get.replace(t.host, `localhost:${t.port}`)],
  ['from a browser', (t: Text) => withLine(t.get, 'Sec-Fetch-Site: none')],
  ['with two lengths', (t: Text) => withLine(t.get, 'Content-Length: 0\r\nTransfer-Encoding: chunked')],
  ['to another rack, with the same header', (t: Text) => t.get.replace('/staging/', '/production/')],
  ['with a dot segment, with the same header', (t: Text) => t.get.replace('/apps?', '/../production/apps')],
  ['with another HTTP version, with the same header', (t: Text) => t.get.replace('HTTP/1.1', 'HTTP/1.0')],
])('after an accepted request, a request %s breaks the connection', async (_what, change) => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  const received = gateway.received
  client.send(change(textOf(relay, '')))
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).toBe(received)
})

test('a pipelined request is checked, too', async () => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(`${relay.get()}GET /rack/staging/secrets? HTTP/1.1\r\nHost: ${relay.host}\r\n\r\n`)
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).not.toContain('secrets')
})

test('a client that is still sending can read why it was rejected', async () => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(relay.get('Content-Length: 20000000\r\n').replace('GET', 'POST').replace('Basic ', 'Basic A'))
  client.send('x'.repeat(20_000_000))
  expect(await client.ended).toBe('end')
  expect(client.received).toMatch(/^HTTP\/1\.1 401 .+The password of this relay is missing or wrong\.\n$/s)
  expect(gateway.connections).toHaveLength(0)
})

test('each relay has a new, long password, and its address does not contain the token', async () => {
  const gateway = await startTlsGateway()
  const [one, other] = [await startRelay(gateway), await startRelay(gateway)]
  expect(one.password).toMatch(/^[\w-]{43}$/)
  expect(one.password).not.toBe(other.password)
  expect(one.listener.rackUrl).toBe(`http://convox:${one.password}@127.0.0.1:${one.port}/rack/staging`)
})

test('the relay listens only on 127.0.0.1', async () => {
  const { relay } = await startBoth()
  const others = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => address !== '127.0.0.1' && !address.startsWith('fe80'))
  for (const host of ['127.0.0.2', '::1', ...others]) {
    const code = await new Promise((resolve) => {
      connect({ port: relay.port, host })
        .once('connect', () => resolve('connected'))
        .once('error', (error) => resolve('code' in error ? error.code : error.message))
    })
    expect([host, code]).not.toEqual([host, 'connected'])
  }
})

test('unauthenticated connections do not block convox, because the oldest one is closed', async () => {
  const { relay } = await startBoth()
  const first = await relay.connect()
  for (let count = 0; count < 128; count++) await relay.connect()
  expect(['end', 'ECONNRESET']).toContain(await first.ended)
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
})

test('the next request after a renewal has the new token', async () => {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  let current = 'rgs_first'
  const relay = await startRelay(gateway, { token: () => new Secret(current) })
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  current = 'rgs_second'
  client.send(relay.get())
  await client.waitFor(`${ok}${ok}`)
  const sent = [...gateway.received.matchAll(/Basic (\S+)/g)].map(([, text = '']) =>
    Buffer.from(text, 'base64').toString(),
  )
  expect(sent).toEqual(['convox:rgs_first', 'convox:rgs_second'])
})

test.each([
  ['has expired', expiredIdentity, root],
  ['is not valid yet', notYetValidIdentity, root],
  ['is for another name', otherHostIdentity, root],
  ['is signed by another authority', serverIdentity, otherRoot],
  ['is signed by an unknown authority', serverIdentity, null],
])('no data is sent to a gateway whose certificate %s', async (_what, identity, ca) => {
  const gateway = await startTlsGateway({ identity })
  const relay = await startRelay(gateway, { ca })
  expect(await relay.ask(relay.get())).toMatch(/^HTTP\/1\.1 502 /)
  expect(gateway.received).toBe('')
})

test('no environment variable turns the verification off', async () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  try {
    const gateway = await startTlsGateway({ identity: expiredIdentity })
    const relay = await startRelay(gateway)
    expect(await relay.ask(relay.get())).toMatch(/^HTTP\/1\.1 502 /)
    expect(gateway.received).toBe('')
  } finally {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
  }
})
