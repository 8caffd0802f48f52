import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { connectRaw } from '@rack-gateway/testing/http'
import { afterEach, expect, test } from 'vitest'
import { isBodyUnread, trackResponses } from '../error-responses/client-errors.ts'
import { sliceReads } from './sliced-reads.ts'

const stops: (() => unknown)[] = []
afterEach(() => stops.splice(0).forEach((stop) => void stop()))

async function startServer(onRequest: RequestListener, mustWait: (socket: Socket) => boolean = () => false) {
  const server = createServer(onRequest)
  const reads = sliceReads(server, { mustWait })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const connect = async () => {
    const client = await connectRaw(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    stops.push(() => client.socket.destroy())
    return client
  }
  return { server, reads, connect }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`

test('thousands of pipelined requests of many connections do not delay the request of another one', async () => {
  const paths: string[] = []
  const { server, connect } = await startServer(({ url = '' }, response) => {
    paths.push(url)
    response.end()
  })
  const hostile = await Promise.all(Array.from({ length: 50 }, connect))
  const polite = await connect()
  // The server accepts one connection in each turn of the event loop.
  await expect
    .poll(() => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count))))
    .toBe(51)
  await nextTurn()
  for (const client of hostile) client.send(get('/hostile').repeat(1_500))
  polite.send(get('/polite'))
  await expect.poll(() => paths.length, { timeout: 30_000 }).toBe(50 * 1_500 + 1)
  expect(paths.indexOf('/polite')).toBeLessThan(50_000)
})

test('a connection that must wait gets no more requests parsed, and continues where it stopped', async () => {
  const requests: IncomingMessage[] = []
  let isHeld = true
  const { reads, connect } = await startServer(
    (request, response) => {
      requests.push(request)
      response.end()
    },
    () => isHeld && requests.length > 0,
  )
  const client = await connect()
  client.send(get('/one').repeat(1_000))
  await expect.poll(() => requests.length).toBeGreaterThan(0)
  const [first] = requests
  expect(requests.length).toBeLessThan(100)
  expect(first && reads.unparsedBytes(first.socket)).toBeGreaterThan(10_000)
  isHeld = false
  first?.socket.resume()
  await expect.poll(() => requests.length).toBe(1_000)
})

test('a body that nobody reads is not parsed, and most of it stays in the kernel', async () => {
  const requests: IncomingMessage[] = []
  const { server, connect } = await startServer((request) => requests.push(request), isBodyUnread)
  trackResponses(server)
  const client = await connect()
  const size = 3_000_000
  client.send(`POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`)
  await expect.poll(() => requests.length).toBe(1)
  const [request] = requests
  if (request === undefined) throw new Error('no request')
  for (let turn = 0; turn < 100; turn++) await nextTurn()
  expect(request.readableLength).toBeLessThan(2_048)
  expect(request.socket.bytesRead).toBeLessThan(200_000)
  expect((await buffer(request)).length).toBe(size)
})

test('bodies arrive whole, whatever their size and the bytes after them', async () => {
  const bodies: number[] = []
  const { connect } = await startServer(async (request, response) => {
    bodies.push((await buffer(request)).length)
    response.end()
  })
  const client = await connect()
  const sizes = [1, 2_047, 2_048, 2_049, 70_000, 1_000_000, 3]
  for (const size of sizes)
    client.send(`POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`)
  await expect.poll(() => bodies.toSorted()).toEqual(sizes.toSorted())
})

test('the bytes after an upgrade are for the next reader of the socket', async () => {
  const { server, connect } = await startServer((_request, response) => response.end())
  const received = new Promise<string>((resolve) =>
    server.on('upgrade', (_request: IncomingMessage, socket: Socket, head: Buffer) => {
      let text = head.toString()
      socket.on('data', (chunk: Buffer) => {
        text += chunk
        if (text.endsWith('end')) resolve(text)
      })
    }),
  )
  const client = await connect()
  const bytes = `${Array.from({ length: 3_000 }, (_, index) => index).join()}end`
  client.send(`GET / HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n${bytes}`)
  expect(await received).toBe(bytes)
})
