import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connectRaw, writeRequest } from '@rack-gateway/testing/http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CallEnd } from './call-end.ts'
import { ignoreEnd, routeUpgrades } from './upgrade.ts'

interface Watched {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly end: CallEnd
  /** `aborted` and `ended`, in the order in which they came. */
  readonly notified: string[]
}

let server: Server
let url: string
let calls: Watched[] = []
beforeEach(async () => {
  calls = []
  server = createServer(watch)
  routeUpgrades(server, watch)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function watch(request: IncomingMessage, response: ServerResponse): void {
  calls.push(watchCall(request, response))
}

function watchCall(request: IncomingMessage, response: ServerResponse): Watched {
  const end = new CallEnd(request, response)
  const notified: string[] = []
  if (end.aborted) notified.push('aborted')
  end.addEventListener('abort', { handleEvent: () => notified.push('aborted') })
  end.onEnd(() => notified.push('ended'))
  return { request, response, end, notified }
}

async function send(start: string, ...headers: string[]) {
  const connection = await connectRaw(url)
  connection.send(writeRequest(start, headers))
  await vi.waitFor(() => expect(calls).toHaveLength(1))
  const [call] = calls
  if (call === undefined) throw new Error('no call arrived')
  return { connection, call }
}

const upgrade = ['Connection: Upgrade', 'Upgrade: websocket']

test('a response that was sent ends its call, which is not aborted', async () => {
  const { call } = await send('GET /')
  expect(call.notified).toEqual([])
  call.response.end('x')
  await vi.waitFor(() => expect(call.notified).toEqual(['ended']))
})

test('a client that disconnects aborts its call, which then ends', async () => {
  const { connection, call } = await send('GET /')
  connection.end()
  await vi.waitFor(() => expect(call.notified).toEqual(['aborted', 'ended']))
})

test('a callback that is added after the end is called at once', async () => {
  const { connection, call } = await send('GET /')
  connection.end()
  await vi.waitFor(() => expect(call.notified).toEqual(['aborted', 'ended']))
  call.end.onEnd(() => call.notified.push('too late'))
  expect(call.notified).toEqual(['aborted', 'ended', 'too late'])
  expect(watchCall(call.request, call.response).notified).toEqual(['aborted', 'ended'])
})

test('a pipelined call ends when its connection closes before its turn', async () => {
  const { connection } = await send('GET /')
  connection.send(writeRequest('GET /second'))
  await vi.waitFor(() => expect(calls).toHaveLength(2))
  connection.end()
  await vi.waitFor(() => expect(calls.map(({ notified }) => notified)).toEqual(Array(2).fill(['aborted', 'ended'])))
})

test('answered pipelined calls leave no listener on their connection', async () => {
  const { connection, call } = await send('GET /')
  const before = call.request.socket.listenerCount('close')
  for (const path of ['/second', '/third']) connection.send(writeRequest(`GET ${path}`))
  await vi.waitFor(() => expect(calls).toHaveLength(3))
  for (const { response } of calls) response.end('x')
  await vi.waitFor(() => expect(calls.map(({ notified }) => notified)).toEqual(Array(3).fill(['ended'])))
  expect(call.request.socket.listenerCount('close')).toBeLessThanOrEqual(before)
})

test('a websocket ends with its connection, not with a response', async () => {
  const { connection, call } = await send('GET /', ...upgrade)
  call.response.detachSocket(call.request.socket)
  ignoreEnd(call.request.socket)
  call.response.destroy()
  expect(call.notified).toEqual([])
  connection.socket.end()
  call.request.socket.resume()
  await vi.waitFor(() => expect(call.notified).toEqual(['aborted']))
  call.request.socket.destroy()
  await vi.waitFor(() => expect(call.notified).toEqual(['aborted', 'ended']))
})

test('a websocket that is refused ends with its connection, and is not aborted', async () => {
  const { connection, call } = await send('GET /', ...upgrade)
  call.response.end('no')
  await connection.ended
  await vi.waitFor(() => expect(call.notified).toEqual(['ended']))
})
