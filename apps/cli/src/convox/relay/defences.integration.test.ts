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
import { brokenOff, relayed, token } from './testing/relayed.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a\r\n'

/** A gateway that answers everything with `ok`, and a relay before it. */
async function both() {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  return { gateway, relay: await relayed(gateway) }
}

test('a request with the password passes, with the token in its place and the gateway in that of the listener', async () => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(relay.get('X-Odd-CASE:  kept \r\n'))
  await client.waitFor('ok')
  expect(client.received).toBe(ok)
  expect(gateway.received).toBe(
    `GET /rack/staging/apps? HTTP/1.1\r\nHost: ${new URL(gateway.origin).host}\r\nAuthorization: ${basicAuthorization(token)}\r\nX-Odd-CASE:  kept \r\n\r\n`,
  )
})

const stranger = basicAuthorization('x'.repeat(43))

test.each([
  ['without the password', (t: Text) => t.get.replace(/^Authorization.*\r\n/m, ''), 401],
  ['with another password', (t: Text) => t.get.replace(t.password, stranger), 401],
  ['with the password as Bearer', (t: Text) => t.get.replace('Basic ', 'Bearer '), 401],
  ['with another user name', (t: Text) => t.get.replace(t.password, basic(`jwt:${t.plain}`)), 401],
  ['with more behind the password', (t: Text) => t.get.replace(t.password, `${t.password}A`), 401],
  ['with the real token', (t: Text) => t.get.replace(t.password, basic(`convox:${token}`)), 401],
  ['with the password twice', (t: Text) => t.get.replace(/^(Authorization.*\r\n)/m, '$1$1'), 400],
  ['with a name that was made to lead here', (t: Text) => t.get.replace(t.host, `evil.example:${t.port}`), 421],
  ['to localhost', (t: Text) => t.get.replace(t.host, `localhost:${t.port}`), 421],
  ['without the port', (t: Text) => t.get.replace(t.host, '127.0.0.1'), 421],
  ['without a Host', (t: Text) => t.get.replace(/^Host.*\r\n/m, ''), 421],
  ['with two Hosts', (t: Text) => t.get.replace(/^(Host.*\r\n)/m, '$1$1'), 400],
  ['from another origin', (t: Text) => withLine(t.get, 'Origin: https://evil.example'), 403],
  ['from an opaque origin', (t: Text) => withLine(t.get, 'Origin: null'), 403],
  ['from a browser', (t: Text) => withLine(t.get, 'Sec-Fetch-Site: same-origin'), 403],
  ['from an address bar', (t: Text) => withLine(t.get, 'Sec-Fetch-Site: none'), 403],
  ['to the own API', (t: Text) => t.get.replace('/rack/staging/apps?', '/gateway/api/v1/tokens'), 403],
  ['to another rack', (t: Text) => t.get.replace('/rack/staging/', '/rack/production/'), 403],
  ['to a rack whose name begins like this one', (t: Text) => t.get.replace('/staging/', '/staging2/'), 403],
])('a request %s is refused, and the gateway hears nothing', async (_what, change, status) => {
  const { gateway, relay } = await both()
  for (const lines of ['', handshake]) {
    const answer = await relay.ask(change(textOf(relay, lines)))
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).not.toMatch(/www-authenticate|access-control/i)
    expect(answer).not.toContain(token)
  }
  expect(gateway.connections).toHaveLength(0)
})

test("its own origin passes in a websocket's handshake, as convox sends it, with the gateway's in its place; else it is refused", async () => {
  const { gateway, relay } = await both()
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

function textOf(relay: Awaited<ReturnType<typeof relayed>>, lines: string): Text {
  const { host, port, password: plain } = relay
  return { get: relay.get(lines), host, port, plain, password: relay.authorization.replace('Authorization: ', '') }
}

function basic(text: string): string {
  return basicAuthorizationOf(text)
}

function withLine(text: string, line: string): string {
  return text.replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`)
}

test('every request on a connection must show the password: the second one without it breaks the connection', async () => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  client.send(`GET /rack/staging/secrets? HTTP/1.1\r\nHost: ${relay.host}\r\n\r\n`)
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).not.toContain('secrets')
})

test.each([
  ['with another password', (t: Text) => t.get.replace(t.password, stranger)],
  ['with another name', (t: Text) => t.get.replace(t.host, `localhost:${t.port}`)],
  ['from a browser', (t: Text) => withLine(t.get, 'Sec-Fetch-Site: none')],
  ['with two lengths', (t: Text) => withLine(t.get, 'Content-Length: 0\r\nTransfer-Encoding: chunked')],
  ['to another rack, with the same fields', (t: Text) => t.get.replace('/staging/', '/production/')],
  ['that leaves the rack, with the same fields', (t: Text) => t.get.replace('/apps?', '/../production/apps')],
  ['that is none, with the same fields', (t: Text) => t.get.replace('HTTP/1.1', 'HTTP/1.0')],
])('behind one that passed, a request %s breaks the connection', async (_what, change) => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  const received = gateway.received
  client.send(change(textOf(relay, '')))
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).toBe(received)
})

test('a request that waits behind another one is checked as well', async () => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(`${relay.get()}GET /rack/staging/secrets? HTTP/1.1\r\nHost: ${relay.host}\r\n\r\n`)
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).not.toContain('secrets')
})

test('who is refused while it sends much can still read why', async () => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(relay.get('Content-Length: 20000000\r\n').replace('GET', 'POST').replace('Basic ', 'Basic A'))
  client.send('x'.repeat(20_000_000))
  expect(await client.ended).toBe('end')
  expect(client.received).toMatch(/^HTTP\/1\.1 401 .+this address is for one program alone: it has a password\n$/s)
  expect(gateway.connections).toHaveLength(0)
})

test('the password is another one each time, long, and nothing of the token is in the address', async () => {
  const gateway = await startTlsGateway()
  const [one, other] = [await relayed(gateway), await relayed(gateway)]
  expect(one.password).toMatch(/^[\w-]{43}$/)
  expect(one.password).not.toBe(other.password)
  expect(one.listener.rackUrl).toBe(`http://convox:${one.password}@127.0.0.1:${one.port}/rack/staging`)
})

test('it listens on 127.0.0.1 and nowhere else', async () => {
  const { relay } = await both()
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

test('unauthenticated do not keep its own program out: the longest here makes room', async () => {
  const { relay } = await both()
  const first = await relay.connect()
  for (let count = 0; count < 128; count++) await relay.connect()
  expect(['end', 'ECONNRESET']).toContain(await first.ended)
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
})

test('a token that is renewed meanwhile is the one that the next request goes with', async () => {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  let current = 'rgs_first'
  const relay = await relayed(gateway, { token: () => new Secret(current) })
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
  ['is signed by somebody else', serverIdentity, otherRoot],
  ['is signed by nobody who is known', serverIdentity, null],
])('a gateway whose certificate %s hears nothing', async (_what, identity, ca) => {
  const gateway = await startTlsGateway({ identity })
  const relay = await relayed(gateway, { ca })
  expect(await relay.ask(relay.get())).toMatch(/^HTTP\/1\.1 502 /)
  expect(gateway.received).toBe('')
})

test('no environment switches the verification off', async () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  try {
    const gateway = await startTlsGateway({ identity: expiredIdentity })
    const relay = await relayed(gateway)
    expect(await relay.ask(relay.get())).toMatch(/^HTTP\/1\.1 502 /)
    expect(gateway.received).toBe('')
  } finally {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
  }
})
