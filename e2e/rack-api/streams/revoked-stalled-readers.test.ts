import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, writeRequest } from '@rack-gateway/testing/http'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { encodeFrame } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gibibyte, mebibyte, pour } from '../../support/callers/bulk.ts'
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway/gateway-process.ts'
import { leaveNothing } from '../../support/processes.ts'
import { type BeforePlainRack, startBeforePlainRack } from '../../support/racks/before-plain-rack.ts'

const line = encodeFrame({ opcode: 1, payload: Buffer.alloc(16 * 1024, 'a line of a log\n') })
/** Its environments are masked. More than kernels buffer for a connection. */
const releases = Buffer.from(
  JSON.stringify(
    Array.from({ length: 7_000 }, (_, n) => ({
      id: `R${n}`,
      app: 'myapp',
      env: 'A=1',
      description: 'd'.repeat(2_000),
    })),
  ),
)
/** Bytes. More than a kernel keeps for a connection whose reader never read. */
const keptByReader = mebibyte

let at: BeforePlainRack<GatewayProcess>
/** Bytes that the rack wrote. */
let sent = 0
let closed: Promise<unknown>
beforeAll(async () => {
  at = await startBeforePlainRack(startGatewayProcess, {
    onRequest: (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === '/apps/myapp/releases') return void response.end(releases)
      closed = new Promise((resolve) => response.once('close', resolve))
      void pour(response, gibibyte, (sum) => {
        sent = sum
      })
    },
    onWebsocket: (_request, socket: Duplex) => {
      closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve))
      socket.resume().once('end', () => socket.end())
      writeLines(socket)
    },
  })
  await at.system.token('admin')
})
afterAll(async () => {
  await at.stop()
  await leaveNothing()
})

function writeLines(socket: Duplex): void {
  while (socket.writable) {
    sent += line.length
    if (!socket.write(line)) return void socket.once('drain', () => writeLines(socket))
  }
}

/** @returns the number of bytes until the end */
async function readRest(socket: Socket): Promise<number> {
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  const ended = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve))
  socket.resume()
  await ended
  return bytes
}

const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

test.each<[string, string, ...string[]]>([
  ['a download', 'GET /apps/myapp/builds/B1.tgz'],
  ['a websocket', 'GET /apps/myapp/processes/web-1/exec', 'Command: bash', ...handshake],
  ['a log of the management API', 'GET /gateway/api/v1/racks/staging/apps/myapp/logs'],
])('after a revocation, a stalled reader of %s gets no unsent data', async (_, start, ...headers) => {
  sent = 0
  const expiresAt = Date.now() + 3_600_000
  const session = await at.system.issuer.issueSession({ email: 'admin@example.com', device: 'stolen', expiresAt })
  const url = `http://127.0.0.1:${at.gateway.port}`
  const { socket } = await connectRaw(url)
  socket.removeAllListeners('data').pause()
  socket.write(
    writeRequest(start, [
      `Host: 127.0.0.1:${at.gateway.port}`,
      `Authorization: ${basicAuthorization(session.token)}`,
      ...headers,
    ]),
  )
  await expect.poll(() => sent).toBeGreaterThan(2 * mebibyte)
  await waitUntilStable(() => sent)
  await at.system.issuer.endSession(session.id, 'stolen')
  await closed
  const bytes = await readRest(socket)
  expect(bytes).toBeLessThan(keptByReader)
})

test('after a revocation, a stalled reader of a masked response gets no unsent data', async () => {
  const { issuer } = at.system
  const expiresAt = Date.now() + 3_600_000
  const session = await issuer.issueSession({ email: 'admin@example.com', device: 'stolen', expiresAt })
  const url = `http://127.0.0.1:${at.gateway.port}`
  const { socket } = await connectRaw(url)
  socket.removeAllListeners('data').pause()
  const lines = [`Host: 127.0.0.1:${at.gateway.port}`, `Authorization: ${basicAuthorization(session.token)}`]
  socket.write(writeRequest('GET /apps/myapp/releases', lines))
  const token = await at.system.token('admin')
  const liveCalls = async () => (await callManagementApi({ url }, token, 'GET', '/live-calls')).texts('route')
  await expect.poll(liveCalls).toEqual(['GET /apps/{app}/releases'])
  await issuer.endSession(session.id, 'stolen')
  await expect.poll(liveCalls).toEqual([])
  expect(await readRest(socket)).toBeLessThan(keptByReader)
})
