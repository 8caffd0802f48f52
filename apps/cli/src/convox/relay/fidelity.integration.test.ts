import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { expect, test } from 'vitest'
import { brokenEnds, startRelay } from './testing/start-relay.ts'
import { startTlsGateway } from './testing/tls-gateway.ts'

const mebibyte = 1024 * 1024
const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'

async function startBoth() {
  const gateway = await startTlsGateway()
  const relay = await startRelay(gateway)
  const client = await relay.connect()
  /** The gateway's side of the connection, after it has received this text. */
  async function gatewaySocket(text: string): Promise<Socket> {
    await expect.poll(() => gateway.received).toContain(text)
    const socket = gateway.connections.at(-1)
    if (socket === undefined) throw new Error('there is no connection')
    return socket
  }
  return { gateway, relay, client, gatewaySocket }
}

/** The received bytes without the fields that the relay replaces. */
function withoutReplaced(received: string): string {
  return received.replace(/^Host: .*\r\n/gm, '').replace(/^Authorization: .*\r\n/gm, '')
}

test('names, order, case, spaces, and bytes outside ASCII are unchanged', async () => {
  const { gateway, client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get('aCCept:*/*\r\nX-Two: a\r\nX-Two:\tb \r\nX-Bytes: \xfc\xff\r\nX-Empty:\r\n'))
  await gatewaySocket('X-Empty')
  expect(withoutReplaced(gateway.received)).toBe(
    'GET /rack/staging/apps? HTTP/1.1\r\naCCept:*/*\r\nX-Two: a\r\nX-Two:\tb \r\nX-Bytes: \xfc\xff\r\nX-Empty:\r\n\r\n',
  )
})

test('chunks and trailers are unchanged, and the next request is recognized', async () => {
  const { gateway, client, relay, gatewaySocket } = await startBoth()
  const body = '005\r\nhello\r\nB\r\n\r\n0\r\n\r\nGET \r\n1\r\n!\r\n0\r\nX-Trailer: t\r\n\r\n'
  client.send(
    `${relay.get('Transfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n')}${body}${relay.get('X-Second: 1\r\n')}`,
  )
  await gatewaySocket('X-Second')
  expect(withoutReplaced(gateway.received)).toBe(
    `GET /rack/staging/apps? HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: X-Trailer\r\n\r\n${body}GET /rack/staging/apps? HTTP/1.1\r\nX-Second: 1\r\n\r\n`,
  )
})

test('single bytes are forwarded in the same way', async () => {
  const { gateway, client, relay, gatewaySocket } = await startBoth()
  const text = `${relay.get('Transfer-Encoding: chunked\r\n')}5\r\nhello\r\n0\r\n\r\n${relay.get('X-Second: 1\r\n')}`
  client.socket.setNoDelay(true)
  for (const character of text) {
    client.send(character)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await gatewaySocket('X-Second: 1\r\n\r\n')
  expect(withoutReplaced(gateway.received)).toContain('\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET ')
})

test('pipelined requests are forwarded at once, on one connection', async () => {
  const { gateway, client, relay, gatewaySocket } = await startBoth()
  client.send(
    relay.get('X-A: 1\r\n') +
      relay.get('Content-Length: 3\r\n').replace('GET', 'POST') +
      'abc' +
      relay.get('X-C: 3\r\n'),
  )
  await gatewaySocket('X-C: 3')
  expect(gateway.connections).toHaveLength(1)
  expect(withoutReplaced(gateway.received).match(/X-A|abc|X-C/g)).toEqual(['X-A', 'abc', 'X-C'])
})

test('responses are unchanged: 1xx, case, chunks, and trailers', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get('Expect: 100-continue\r\nContent-Length: 5\r\n').replace('GET', 'PUT'))
  const socket = await gatewaySocket('Expect')
  socket.write('HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n')
  await client.waitFor('100 Continue')
  client.send('hello')
  await gatewaySocket('hello')
  const received =
    'HTTP/1.1 299 Odd  Reason\r\nx-CASE: \xff\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nT: u\r\n\r\n'
  socket.write(Buffer.from(received, 'latin1'))
  await client.waitFor('T: u')
  expect(client.received).toBe(`HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${received}`)
})

test('a response before the end of the request does not stop the request', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(`${relay.get('Content-Length: 10\r\n').replace('GET', 'POST')}12345`)
  const socket = await gatewaySocket('12345')
  socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
  await client.waitFor('413')
  client.send('67890')
  await gatewaySocket('1234567890')
})

test('a websocket forwards bytes in both directions, and each direction ends separately', async () => {
  const { gateway, client, relay, gatewaySocket } = await startBoth()
  client.send(`${relay.get(handshake)}`)
  const socket = await gatewaySocket('websocket')
  socket.write(`HTTP/1.1 103 Early Hints\r\n\r\n${switching}\x81\x01a`)
  await client.waitFor('\x81\x01a')
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
  client.socket.write(bytes)
  await gatewaySocket(bytes.toString('latin1'))
  client.socket.end()
  await once(socket, 'end')
  socket.write(bytes)
  await client.waitFor(bytes.toString('latin1'))
  socket.end()
  expect(await client.ended).toBe('end')
  expect(gateway.connections).toHaveLength(1)
})

test('frames before the response to the handshake are held back', async () => {
  const { gateway, client, relay, gatewaySocket } = await startBoth()
  client.send(`${relay.get(handshake)}early`)
  const socket = await gatewaySocket('websocket')
  // Frames that are not held back would arrive directly after the handshake, before this response is back.
  socket.write('HTTP/1.1 103 Early Hints\r\n\r\n')
  await client.waitFor('103')
  expect(gateway.received).not.toContain('early')
  socket.write(switching)
  await gatewaySocket('early')
})

test('after a rejected handshake, the connection accepts requests', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get(handshake))
  const socket = await gatewaySocket('websocket')
  socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
  await client.waitFor('no')
  client.send(relay.get('X-Next: 1\r\n'))
  await gatewaySocket('X-Next')
})

test('the end of requests is forwarded, and the response still arrives', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get())
  const socket = await gatewaySocket('\r\n\r\n')
  client.socket.end()
  await once(socket, 'end')
  socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate')
  expect(await client.ended).toBe('end')
  expect(client.received).toContain('late')
})

test('the gateway sees that a client ends its connection during a handshake', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get(handshake))
  const socket = await gatewaySocket('websocket')
  client.socket.end()
  await once(socket, 'end')
})

test.each([
  ['within a body of a known length', 'Content-Length: 10\r\n', '12345'],
  ['within a chunk', 'Transfer-Encoding: chunked\r\n', '5\r\n123'],
  ['between chunks', 'Transfer-Encoding: chunked\r\n', '5\r\n12345\r\n'],
])('a request that ends %s is incomplete for the gateway', async (_where, lines, body) => {
  const server = createServer()
  const gateway = await startTlsGateway({ onConnection: (socket) => void server.emit('connection', socket) })
  const relay = await startRelay(gateway)
  const client = await relay.connect()
  client.send(`${relay.get(lines).replace('GET', 'POST')}${body}`)
  const [message] = await once(server, 'request')
  const outcome = new Promise((resolve) => {
    message.on('end', () => resolve('complete')).on('error', () => resolve('incomplete'))
  })
  await once(message, 'data')
  client.socket.end()
  expect(await outcome).toBe('incomplete')
})

test('the gateway sees a broken connection of the client', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get())
  const socket = await gatewaySocket('\r\n\r\n')
  const over = once(socket, 'close')
  client.socket.resetAndDestroy()
  socket.on('data', () => undefined).on('end', () => socket.end())
  await over
})

test('the client sees a connection that the gateway breaks within a response', async () => {
  const { client, relay, gatewaySocket } = await startBoth()
  client.send(relay.get())
  const socket = await gatewaySocket('\r\n\r\n')
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart')
  await client.waitFor('part')
  socket.destroy()
  expect(brokenEnds).toContain(await client.ended)
  expect(client.received.endsWith('part')).toBe(true)
})

/** Starts a gateway with Node's HTTP server, and returns Node's HTTP client. */
async function startHttpGateway(onRequest: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(onRequest)
  const gateway = await startTlsGateway({ onConnection: (socket) => void server.emit('connection', socket) })
  const relay = await startRelay(gateway)
  const headers = { Authorization: relay.authorization.replace('Authorization: ', '') }
  return (method: string) => request({ host: '127.0.0.1', port: relay.port, method, path: '/rack/staging/x', headers })
}

test('an upload of 64 MiB has backpressure', async () => {
  let got = 0
  let wake = () => {}
  const begin = await startHttpGateway((message, response) => {
    wake = () =>
      void message
        .on('data', (bytes) => {
          got += bytes.length
        })
        .on('end', () => response.end('ok'))
  })
  const call = begin('POST')
  const received = once(call, 'response')
  const piece = Buffer.alloc(mebibyte)
  let sent = 0
  const sending = (async () => {
    for (; sent < 64; sent++) if (!call.write(piece)) await once(call, 'drain')
    call.end()
  })()
  const stalledAt = await waitUntilStable(() => sent)
  expect(stalledAt).toBeLessThan(32)
  wake()
  await sending
  const [response] = await received
  expect([response.statusCode, got]).toEqual([200, 64 * mebibyte])
})

test('a download of 64 MiB has backpressure', async () => {
  let sent = 0
  const begin = await startHttpGateway((_message, response) => {
    void (async () => {
      for (; sent < 64; sent++) if (!response.write(Buffer.alloc(mebibyte))) await once(response, 'drain')
      response.end()
    })()
  })
  const call = begin('GET')
  call.end()
  const [response] = await once(call, 'response')
  const stalledAt = await waitUntilStable(() => sent)
  expect(stalledAt).toBeLessThan(32)
  let got = 0
  for await (const bytes of response) got += bytes.length
  expect(got).toBe(64 * mebibyte)
})
