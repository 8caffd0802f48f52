import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokenEnds, startRelay, token } from './testing/start-relay.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

async function startBoth() {
  const gateway = await startTlsGateway({ onConnection: (socket) => socket.on('data', () => void socket.write(ok)) })
  return { gateway, relay: await startRelay(gateway) }
}

test.each([
  ['a target with a host', 'GET http://evil.example/rack/staging/apps? HTTP/1.1'],
  ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1'],
  ['an asterisk as the target', 'OPTIONS * HTTP/1.1'],
  ['HTTP/1.0', 'GET /rack/staging/apps? HTTP/1.0'],
  ['HTTP/2', 'PRI * HTTP/2.0'],
  ['a version in lower case', 'GET /rack/staging/apps? http/1.1'],
  ['no version', 'GET /rack/staging/apps?'],
  ['two spaces', 'GET  /rack/staging/apps? HTTP/1.1'],
  ['a tab', 'GET\t/rack/staging/apps? HTTP/1.1'],
  ['a space in the target', 'GET /rack/staging/apps ? HTTP/1.1'],
  ['a space at the end', 'GET /rack/staging/apps? HTTP/1.1 '],
  ['a NUL', 'GET /rack/staging/apps\0? HTTP/1.1'],
  ['a CR', 'GET /rack/staging/apps\r? HTTP/1.1'],
  ['a LF', 'GET /rack/staging/apps? HTTP/1.1\nX: y'],
  ['an empty line before', '\r\nGET /rack/staging/apps? HTTP/1.1'],
  ['a method in lower case', 'get /rack/staging/apps? HTTP/1.1'],
])('a request line with %s is rejected, and not forwarded', async (_what, line) => {
  const { gateway, relay } = await startBoth()
  const received = await relay.ask(relay.get().replace(/^.*\r\n/, `${line}\r\n`))
  expect(received).toMatch(/^HTTP\/1\.1 400 /)
  expect(gateway.connections).toHaveLength(0)
})

test.each([
  ['a space before the colon', 'Content-Length : 5\r\n'],
  ['a folded line', 'X-A: b\r\n Transfer-Encoding: chunked\r\n'],
  ['no colon', 'X-A\r\n'],
  ['no name', ': x\r\n'],
  ['a bare LF', 'X-A: b\nTransfer-Encoding: chunked\r\n'],
  ['a bare CR', 'X-A: b\rTransfer-Encoding: chunked\r\n'],
  ['a NUL', 'X-A: b\0c\r\n'],
  ['an invalid name', 'X(A): b\r\n'],
  ['a name of other letters', 'Contént-Length: 5\r\n'],
  ['both lengths', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
  ['two lengths', 'Content-Length: 5\r\ncontent-length: 5\r\n'],
  ['a list of lengths', 'Content-Length: 5, 5\r\n'],
  ['a signed length', 'Content-Length: +5\r\n'],
  ['a length in hexadecimal', 'Content-Length: 0x5\r\n'],
  ['no length', 'Content-Length:\r\n'],
  ['a length that is too large', 'Content-Length: 9999999999999999\r\n'],
  ['another encoding', 'Transfer-Encoding: gzip, chunked\r\n'],
  ['an encoding that is not one', 'Transfer-Encoding: xchunked\r\n'],
  ['two encodings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
  ['an encoding with a parameter', 'Transfer-Encoding: chunked;q=1\r\n'],
  ['a vertical tab in the encoding', 'Transfer-Encoding: \x0bchunked\r\n'],
  ['an upgrade to HTTP/2', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n'],
  ['an upgrade to two protocols', 'Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n'],
  ['an upgrade without the connection option', 'Upgrade: websocket\r\n'],
  ['a connection option without an upgrade', 'Connection: upgrade\r\n'],
  ['an upgrade with a body', 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n'],
  ['an upgrade with an empty body', 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n'],
  ['a length as a connection option', 'Content-Length: 5\r\nConnection: close, Content-Length\r\n'],
  ['a credential as a connection option', 'Connection: authorization\r\n'],
])('a header with %s is rejected, and not forwarded', async (_what, lines) => {
  const { gateway, relay } = await startBoth()
  expect(await relay.ask(relay.get(lines))).toMatch(/^HTTP\/1\.1 400 /)
  expect(gateway.connections).toHaveLength(0)
})

test.each([
  ['too long', `X-A: ${'b'.repeat(64 * 1024)}\r\n`],
  ['with too many fields', 'X-A: b\r\n'.repeat(300)],
])('a header %s is rejected, and not forwarded', async (_what, lines) => {
  const { gateway, relay } = await startBoth()
  expect(await relay.ask(relay.get(lines))).toMatch(/^HTTP\/1\.1 431 /)
  expect(gateway.connections).toHaveLength(0)
})

test('an upgrade with another method than GET is rejected, and not forwarded', async () => {
  const { gateway, relay } = await startBoth()
  const upgrade = relay.get('Connection: Upgrade\r\nUpgrade: websocket\r\n')
  expect(await relay.ask(upgrade.replace('GET', 'POST'))).toMatch(/^HTTP\/1\.1 400 /)
  expect(gateway.connections).toHaveLength(0)
})

test('long whitespace in a value does not block the relay', async () => {
  const { relay } = await startBoth()
  const text = relay.get(`Connection: close${' '.repeat(60_000)}x\r\n`)
  for (let count = 0; count < 10; count++) expect(await relay.ask(text)).toMatch(/^HTTP\/1\.1 400 /)
})

test('an unlimited header is rejected', async () => {
  const { relay } = await startBoth()
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
  ['a size that is too large', `${'f'.repeat(13)}\r\n`],
  ['no size', '\r\nhello\r\n0\r\n\r\n'],
  ['a chunk that is longer than its size', '4\r\nhello\r\n0\r\n\r\n'],
  ['a chunk that ends with LF', '5\r\nhello\n0\r\n\r\n'],
  ['a trailer that changes the framing', '0\r\nContent-Length: 5\r\n\r\n'],
  ['a trailer that is a credential', '0\r\nAuthorization: Basic x\r\n\r\n'],
  ['an invalid trailer', '0\r\nX\r\n\r\n'],
  ['unlimited trailers', `0\r\n${'X-A: b\r\n'.repeat(3_000)}`],
])('a body with %s breaks both connections before its end', async (_what, body) => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(`${relay.get(chunked).replace('GET', 'POST')}${body}${relay.get('X-After: 1\r\n')}`)
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).not.toContain('X-After')
})

test.each([
  ['of a known length', 'Content-Length: 5\r\n', 'hello'],
  ['of length 0', 'Content-Length: 0\r\n', ''],
  ['in chunks', chunked, '5\r\nhello\r\n0\r\n\r\n'],
])('after a body %s, the next request is checked', async (_what, lines, body) => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(`${relay.get(lines).replace('GET', 'POST')}${body}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`)
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).not.toContain('smuggled')
})

test('a handshake after another request is rejected', async () => {
  const { gateway, relay } = await startBoth()
  const client = await relay.connect()
  client.send(relay.get())
  await client.waitFor('ok')
  client.send(relay.get('Connection: Upgrade\r\nUpgrade: websocket\r\n'))
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).not.toContain('websocket')
})

test('a request after a handshake waits for the response, and is checked if the handshake is rejected', async () => {
  const gateway = await startTlsGateway()
  const relay = await startRelay(gateway)
  const client = await relay.connect()
  client.send(`${relay.get('Connection: Upgrade\r\nUpgrade: websocket\r\n')}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`)
  await expect.poll(() => gateway.received).toContain('websocket')
  gateway.connections[0]?.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
  expect(brokenEnds).toContain(await client.ended)
  expect(gateway.received).not.toContain('smuggled')
})

/** Parts of requests, some of which have been used for request smuggling. */
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

test('for any bytes, every request that the gateway parses had the password', async () => {
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
  const relay = await startRelay(gateway)
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
