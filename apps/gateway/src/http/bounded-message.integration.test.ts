import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { connectRaw } from '@rack-gateway/testing/http'
import { afterEach, expect, test, vi } from 'vitest'
import { boundedMessages } from './bounded-message.ts'

const stops: (() => unknown)[] = []
afterEach(() => stops.splice(0).forEach((stop) => void stop()))

async function startServer() {
  const reject = vi.fn((_error: Error, socket: Socket) => socket.destroy())
  const requests: IncomingMessage[] = []
  const server = createServer({ IncomingMessage: boundedMessages(reject) }, (request) => requests.push(request))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  const client = await connectRaw(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  stops.push(() => client.socket.destroy())
  const nextRequest = async () => {
    await expect.poll(() => requests.length).toBeGreaterThan(0)
    return requests.shift() as IncomingMessage
  }
  return { client, nextRequest, reject }
}

const head = 'POST / HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n'
const chunks = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size))
    .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
    .join('')
const end = '0\r\n\r\n'

test('small chunks of one read become few buffers, and the body stays the same', async () => {
  const { client, nextRequest, reject } = await startServer()
  const text = Array.from({ length: 900 }, (_, index) => String.fromCharCode(33 + (index % 90))).join('')
  client.send(`${head}${chunks(text, 1)}${end}`)
  const request = await nextRequest()
  let buffers = 0
  request.on('data', () => buffers++)
  expect((await buffer(request)).toString()).toBe(text)
  expect(buffers).toBeLessThan(20)
  expect(reject).not.toHaveBeenCalled()
})

test('small and large chunks stay in order', async () => {
  const { client, nextRequest } = await startServer()
  const parts = ['a'.repeat(10), 'b'.repeat(5_000), 'c', 'd'.repeat(1_023), 'e'.repeat(1_024), 'f'.repeat(3)]
  client.send(`${head}${parts.map((part) => chunks(part, part.length)).join('')}${end}`)
  expect((await buffer(await nextRequest())).toString()).toBe(parts.join(''))
})

test('a reader that does not read stops the connection, also with small chunks', async () => {
  const { client, nextRequest } = await startServer()
  client.send(head)
  const request = await nextRequest()
  const text = 'x'.repeat(4_000_000)
  client.send(`${chunks(text, 900)}${end}`)
  await expect
    .poll(() => request.socket.isPaused() || request.readableLength >= request.readableHighWaterMark)
    .toBe(true)
  expect(request.readableLength).toBeLessThan(1_000_000)
  expect((await buffer(request)).length).toBe(text.length)
})

test('a body of too many small chunks ends the connection, but chunks of 32 bytes are accepted', async () => {
  const small = await startServer()
  small.client.send(`${head}${chunks('x'.repeat(5_000), 4)}`)
  await small.client.ended
  expect(small.reject).toHaveBeenCalledOnce()
  const larger = await startServer()
  larger.client.send(`${head}${chunks('x'.repeat(200_000), 32)}${end}`)
  expect((await buffer(await larger.nextRequest())).length).toBe(200_000)
  expect(larger.reject).not.toHaveBeenCalled()
})
