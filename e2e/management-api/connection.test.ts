import { once } from 'node:events'
import { type ClientRequest, request as httpRequest } from 'node:http'
import { defaultLimits, limitsOfResource } from '@rack-gateway/config'
import { type Connection, maxConnectionWait, maxDiscardedBody } from '@rack-gateway/gateway-api'
import { decodeFrames, opcodes, openRawWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type BulkCall, beginCall, textOf } from '../support/callers/caller.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

const path = '/gateway/api/v1/connection'
let system: System
let token: string
const calls: ClientRequest[] = []
beforeAll(async () => {
  system = await startSystem({ trustedProxies: ['127.0.0.1'] })
  token = (await createUser(system, 'viewer')).token
})
afterEach(() => {
  for (const call of calls.splice(0)) call.destroy()
})
afterAll(() => system.stop())

const inspect = (headers: readonly string[] = [], query = '') =>
  system.send('GET', `${path}${query}`, token, '', headers)

/** @param length undefined for a chunked body */
function beginUpload(length: number | undefined, headers: Record<string, string> = {}, by = token) {
  const call = beginCall(
    { port: system.port, token: by },
    {
      method: 'POST',
      path,
      headers: {
        'Content-Type': 'application/octet-stream',
        ...(length === undefined ? {} : { 'Content-Length': `${length}` }),
        ...headers,
      },
    },
  )
  calls.push(call.request)
  return call
}
async function responseOf(call: ReturnType<typeof beginUpload>): Promise<{ status: number; json: Connection }> {
  const response = await call.response
  return { status: response.statusCode ?? 0, json: JSON.parse(await textOf(response)) }
}

test('shows the host, and the address without a proxy', async () => {
  const { status, json } = await inspect()
  expect(status).toBe(200)
  expect(json).toEqual({
    host: `127.0.0.1:${system.port}`,
    scheme: 'http',
    address: '127.0.0.1',
    peer: '127.0.0.1',
    forwardedFor: 'missing',
    upgrade: false,
    receivedBytes: 0,
    receivedMs: 0,
    waitedMs: 0,
    unready: [],
  })
})

test('shows the address that a trusted proxy forwards', async () => {
  const { json } = await inspect(['X-Forwarded-For: 203.0.113.9', 'X-Forwarded-Proto: https'])
  expect(json).toMatchObject({ address: '203.0.113.9', peer: '127.0.0.1', forwardedFor: 'used', scheme: 'https' })
})

test('shows that the address of another proxy is ignored', async () => {
  const call = httpRequest({
    host: '127.0.0.1',
    port: system.port,
    localAddress: '127.0.0.2',
    path,
    headers: { Authorization: `Bearer ${token}`, 'X-Forwarded-For': '203.0.113.9' },
  })
  call.end()
  const [response] = await once(call, 'response')
  expect(JSON.parse(await textOf(response))).toMatchObject({
    address: '127.0.0.2',
    peer: '127.0.0.2',
    forwardedFor: 'ignored',
  })
})

test('sends the response in a WebSocket, and closes it', async () => {
  const socket = await openRawWebSocket({ port: system.port, token }, path)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  const frames = decodeFrames(Buffer.concat(chunks), 'server')
  expect(frames.map(({ opcode }) => opcode)).toEqual([opcodes.text, opcodes.close])
  expect(JSON.parse(`${frames[0]?.payload}`)).toMatchObject({ upgrade: true, address: '127.0.0.1' })
})

test.each([
  ['with a length', maxDiscardedBody, 'application/octet-stream'],
  ['in chunks', undefined, 'application/octet-stream'],
  ['that is not JSON', maxDiscardedBody, 'application/json'],
])('reads and discards 2 MiB %s', async (_what, length, type) => {
  const call = beginUpload(length, { 'Content-Type': type })
  call.request.end(Buffer.alloc(maxDiscardedBody, '{'))
  expect(await responseOf(call)).toMatchObject({ status: 200, json: { receivedBytes: maxDiscardedBody } })
})

test.each([
  ['with a length', maxDiscardedBody + 1],
  ['in chunks', undefined],
])('rejects a larger body %s', async (_what, length) => {
  const call = beginUpload(length)
  call.request.end(Buffer.alloc(maxDiscardedBody + 1))
  expect(await responseOf(call)).toMatchObject({ status: 413, json: { code: 'RGW_BAD_REQUEST' } })
})

test('reserves no memory for bodies that it discards', async () => {
  const { principal } = limitsOfResource('bodies', defaultLimits)
  const open = Array.from({ length: Math.ceil(principal / maxDiscardedBody) + 1 }, () => {
    const call = beginUpload(maxDiscardedBody)
    call.request.write(Buffer.alloc(1_024))
    return call
  })
  const last = open.at(-1)
  last?.request.end(Buffer.alloc(maxDiscardedBody - 1_024))
  expect(last && (await responseOf(last)).status).toBe(200)
})

test('waits before it answers, for at most two minutes', async () => {
  expect((await inspect([], '?wait=0')).json).toMatchObject({ waitedMs: expect.any(Number) })
  expect((await inspect([], `?wait=${maxConnectionWait + 1}`)).status).toBe(400)
})

/** Starts one more request than the places of a caller, which is rejected. The others wait. */
async function fillPlaces(url: string, by: string): Promise<BulkCall[]> {
  const port = Number(new URL(url).port)
  const { principal } = limitsOfResource('silentChecks')
  const started = Array.from({ length: principal + 1 }, () => {
    const call = beginCall({ port, token: by }, { method: 'GET', path: `${path}?wait=${maxConnectionWait}` })
    call.request.end()
    calls.push(call.request)
    return call
  })
  const rejected = await Promise.race(
    started.map(async (call) => ((await call.response).statusCode === 429 ? call : null)),
  )
  expect(rejected).not.toBeNull()
  return started.filter((call) => call !== rejected)
}
async function askToWait(port: number, by: string) {
  const call = beginCall({ port, token: by }, { method: 'GET', path: `${path}?wait=0` })
  call.request.end()
  return responseOf(call)
}

test('limits how many requests of one caller wait, and releases the place of a caller that disconnects', async () => {
  const { token: own } = await createUser(system, 'viewer')
  const [first] = await fillPlaces(system.url, own)
  expect((await askToWait(system.port, own)).json).toMatchObject({
    error: expect.stringContaining('checks of connections that wait'),
  })
  expect((await system.send('GET', path, own)).status).toBe(200)
  expect((await askToWait(system.port, token)).status).toBe(200)
  first?.request.destroy()
  await expect.poll(async () => (await askToWait(system.port, own)).status).toBe(200)
})

test('a gateway that stops answers at once', async () => {
  const other = await system.replica()
  const waiting = await fillPlaces(other.url, token)
  const stopped = other.stop()
  for (const call of waiting) {
    const { status, json } = await responseOf(call)
    expect(status).toBe(200)
    expect(json.waitedMs).toBeLessThan(maxConnectionWait * 1_000)
  }
  await stopped
})

test('needs a credential', async () => {
  const call = beginUpload(10, {}, 'rgs_wrong')
  call.request.end(Buffer.alloc(10))
  expect((await responseOf(call)).status).toBe(401)
})
