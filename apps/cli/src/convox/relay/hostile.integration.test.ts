import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokenOff, relayed, token } from './testing/relayed.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

async function both() {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  return { gateway, relay: await relayed(gateway) }
}

test.each([
  ['a target with a host', 'GET http://evil.example/rack/staging/apps? HTTP/1.1'],
  ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1'],
  ['a question to the server', 'OPTIONS * HTTP/1.1'],
  ['HTTP/1.0', 'GET /rack/staging/apps? HTTP/1.0'],
  ['HTTP/2', 'PRI * HTTP/2.0'],
  ['a version in lower case', 'GET /rack/staging/apps? http/1.1'],
  ['no version', 'GET /rack/staging/apps?'],
  ['two spaces', 'GET  /rack/staging/apps? HTTP/1.1'],
  ['a tab', 'GET\t/rack/staging/apps? HTTP/1.1'],
  ['a space in the target', 'GET /rack/staging/apps ? HTTP/1.1'],
  ['a space behind', 'GET /rack/staging/apps? HTTP/1.1 '],
  ['a NUL', 'GET /rack/staging/apps\0? HTTP/1.1'],
  ['a CR', 'GET /rack/staging/apps\r? HTTP/1.1'],
  ['a LF', 'GET /rack/staging/apps? HTTP/1.1\nX: y'],
  ['an empty line before', '\r\nGET /rack/staging/apps? HTTP/1.1'],
  ['a method in lower case', 'get /rack/staging/apps? HTTP/1.1'],
])('a request line with %s is refused, and the gateway hears nothing', async (_what, line) => {
  const { gateway, relay } = await both()
  const answer = await relay.ask(relay.get().replace(/^.*\r\n/, `${line}\r\n`))
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(gateway.connections).toHaveLength(0)
})

test.each([
  ['a space before the colon', 'Content-Length : 5\r\n'],
  ['a line that goes on', 'X-A: b\r\n Transfer-Encoding: chunked\r\n'],
  ['no colon', 'X-A\r\n'],
  ['no name', ': x\r\n'],
  ['a bare LF', 'X-A: b\nTransfer-Encoding: chunked\r\n'],
  ['a bare CR', 'X-A: b\rTransfer-Encoding: chunked\r\n'],
  ['a NUL', 'X-A: b\0c\r\n'],
  ['a name that is none', 'X(A): b\r\n'],
  ['a name of other letters', 'Contént-Length: 5\r\n'],
  ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
  ['two lengths', 'Content-Length: 5\r\ncontent-length: 5\r\n'],
  ['a list of lengths', 'Content-Length: 5, 5\r\n'],
  ['a signed length', 'Content-Length: +5\r\n'],
  ['a length in hexadecimal', 'Content-Length: 0x5\r\n'],
  ['no length', 'Content-Length:\r\n'],
  ['a length beyond numbers', 'Content-Length: 9999999999999999\r\n'],
  ['another encoding', 'Transfer-Encoding: gzip, chunked\r\n'],
  ['an encoding that is not one', 'Transfer-Encoding: xchunked\r\n'],
  ['two encodings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
  ['an encoding with a parameter', 'Transfer-Encoding: chunked;q=1\r\n'],
  ['a vertical tab in the encoding', 'Transfer-Encoding: \x0bchunked\r\n'],
  ['HTTP/2 to be upgraded to', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'],
  ['an upgrade to two', 'Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n'],
  ['an upgrade that the connection does not name', 'Upgrade: websocket\r\n'],
  ['an upgrade of nothing', 'Connection: upgrade\r\n'],
  ['an upgrade with a body', 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n'],
  ['an upgrade with an empty body', 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n'],
  ['a length that is only for the next hop', 'Content-Length: 5\r\nConnection: close, Content-Length\r\n'],
  ['a credential that is only for the next hop', 'Connection: authorization\r\n'],
])('a head with %s is refused, and the gateway hears nothing', async (_what, lines) => {
  const { gateway, relay } = await both()
  expect(await relay.ask(relay.get(lines))).toMatch(/^HTTP\/1\.1 400 /)
  expect(gateway.connections).toHaveLength(0)
})

test.each([
  ['too long', `X-A: ${'b'.repeat(64 * 1024)}\r\n`],
  ['of too many fields', 'X-A: b\r\n'.repeat(300)],
])('a head that is %s is refused, and the gateway hears nothing', async (_what, lines) => {
  const { gateway, relay } = await both()
  expect(await relay.ask(relay.get(lines))).toMatch(/^HTTP\/1\.1 431 /)
  expect(gateway.connections).toHaveLength(0)
})

test('an upgrade by another method than GET is refused, and the gateway hears nothing', async () => {
  const { gateway, relay } = await both()
  const upgrade = relay.get('Connection: Upgrade\r\nUpgrade: websocket\r\n')
  expect(await relay.ask(upgrade.replace('GET', 'POST'))).toMatch(/^HTTP\/1\.1 400 /)
  expect(gateway.connections).toHaveLength(0)
})

test('blanks within values do not keep the relay busy', async () => {
  const { relay } = await both()
  const text = relay.get(`Connection: close${' '.repeat(60_000)}x\r\n`)
  for (let count = 0; count < 10; count++) expect(await relay.ask(text)).toMatch(/^HTTP\/1\.1 400 /)
})

test('a head that never ends is not kept', async () => {
  const { relay } = await both()
  const client = await relay.connect()
  client.send(`GET /${'a'.repeat(70_000)}`)
  expect(await client.ended).toBe('end')
  expect(client.received).toMatch(/^HTTP\/1\.1 431 /)
})

const chunked = 'Transfer-Encoding: chunked\r\n'

test.each([
  ['an extension', '5;a=b\r\nhello\r\n0\r\n\r\n'],
  ['a size that ends with LF', '5\nhello\r\n0\r\n\r\n'],
  ['a size in other digits', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a signed size', '+5\r\nhello\r\n0\r\n\r\n'],
  ['a size with a space', '5 \r\nhello\r\n0\r\n\r\n'],
  ['a size beyond numbers', `${'f'.repeat(13)}\r\n`],
  ['no size', '\r\nhello\r\n0\r\n\r\n'],
  ['a chunk that is longer than it says', '4\r\nhello\r\n0\r\n\r\n'],
  ['a chunk that ends with LF', '5\r\nhello\n0\r\n\r\n'],
  ['a trailer that frames', '0\r\nContent-Length: 5\r\n\r\n'],
  ['a trailer that is a credential', '0\r\nAuthorization: Basic x\r\n\r\n'],
  ['a trailer that is no field', '0\r\nX\r\n\r\n'],
  ['trailers without an end', `0\r\n${'X-A: b\r\n'.repeat(3_000)}`],
])('a body with %s breaks both connections before it is over', async (_what, body) => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(`${relay.get(chunked).replace('GET', 'POST')}${body}${relay.get('X-After: 1\r\n')}`)
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).not.toContain('X-After')
})

test.each([
  ['of a known length', 'Content-Length: 5\r\n', 'hello'],
  ['of no length', 'Content-Length: 0\r\n', ''],
  ['in chunks', chunked, '5\r\nhello\r\n0\r\n\r\n'],
])('what follows a body %s is a request like any other', async (_what, lines, body) => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(`${relay.get(lines).replace('GET', 'POST')}${body}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`)
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).not.toContain('smuggled')
})

test('a websocket begins a connection: one behind another request is refused', async () => {
  const { gateway, relay } = await both()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  client.send(relay.get('Connection: Upgrade\r\nUpgrade: websocket\r\n'))
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).not.toContain('websocket')
})

test('what follows a handshake waits for its answer, and is a request like any other when it is refused', async () => {
  const gateway = await startTlsGateway()
  const relay = await relayed(gateway)
  const client = await relay.connect()
  client.send(`${relay.get('Connection: Upgrade\r\nUpgrade: websocket\r\n')}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`)
  await expect.poll(() => gateway.received).toContain('websocket')
  gateway.connections[0]?.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
  expect(brokenOff).toContain(await client.ended)
  expect(gateway.received).not.toContain('smuggled')
})

/** Pieces that requests are made of, and that have hidden requests in others. */
const piece = fc.constantFrom(
  'GET /rack/staging/x HTTP/1.1\r\n',
  'POST /rack/staging/y HTTP/1.1\r\n',
  'Host: {host}\r\n',
  '{authorization}\r\n',
  'GET /rack/staging/x HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\n',
  'POST /rack/staging/y HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\n',
  'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 44\r\n',
  'Content-Length : 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked\r\n\r\n',
  'Transfer-Encoding:\x0bchunked\r\n',
  'Transfer-Encoding: chunked\n',
  'Content-Length: 5\r\n\r\nhello',
  'Expect: 100-continue\r\n',
  'Connection: close\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'X: \r\n y\r\n',
  '\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  'hello',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '2c;\r\n',
  '5;x\nhello\r\n',
  'X: y\r\n\r\n',
)

const whole = fc.constantFrom(
  'GET /rack/staging/x HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\n\r\n',
  'POST /rack/staging/y HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\nContent-Length: 5\r\n\r\nhello',
  'POST /rack/staging/z HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'PUT /rack/staging/z HTTP/1.1\r\n{authorization}\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\nHost: {host}\r\n\r\n0\r\nX: y\r\n\r\n',
  'GET /rack/staging/x HTTP/1.1\r\nHost: {host}\r\n{authorization}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
)
const stream = fc.array(fc.oneof({ weight: 3, arbitrary: whole }, { weight: 2, arbitrary: piece }), {
  minLength: 1,
  maxLength: 8,
})

test('whatever is sent, every request that the gateway understands is one that showed the password', async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? 'none')
    request.resume().on('end', () => response.end())
    request.on('error', () => undefined)
  })
  server.on('upgrade', (request, socket) => {
    seen.push(request.headers.authorization ?? 'none')
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  const gateway = await startTlsGateway({ onConnection: (socket) => void server.emit('connection', socket) })
  const relay = await relayed(gateway)
  const passes = basicAuthorization(token)
  const runs = fc.readConfigureGlobal().numRuns ?? 100
  await fc.assert(
    fc.asyncProperty(stream, async (pieces) => {
      const client = await relay.connect()
      const text = pieces.join('').replaceAll('{host}', relay.host).replaceAll('{authorization}', relay.authorization)
      client.socket.end(Buffer.from(text, 'latin1'))
      await closed(client.socket)
      expect(seen.filter((authorization) => authorization !== passes)).toEqual([])
    }),
    { numRuns: 5 * runs },
  )
  expect(seen.length).toBeGreaterThan(runs)
})

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.once('end', () => resolve())
    socket.once('error', () => resolve())
  })
}
