import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { encodeFrame, openRawWebSocket, watchFrames } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { gibibyte, mebibyte, pour } from '../../support/callers/bulk.ts'
import { canMeasure, type GatewayProcess, startGatewayProcess } from '../../support/gateway/gateway-process.ts'
import { leaveNothing } from '../../support/processes.ts'
import { type BeforePlainRack, startBeforePlainRack } from '../../support/racks/before-plain-rack.ts'

const exec = '/apps/myapp/processes/web-1/exec'
const policyViolation = 1008

describe.skipIf(!canMeasure)('a session that is ended while a frame of 1 GiB is in flight', () => {
  let at: BeforePlainRack<GatewayProcess>
  let token: string
  let sessionId: string
  let onWebsocket: (socket: Duplex) => void = () => {}
  beforeAll(async () => {
    at = await startBeforePlainRack(startGatewayProcess, {
      onWebsocket: (_request, socket) => onWebsocket(socket.on('error', () => undefined)),
    })
    await at.system.token('admin')
  })
  afterAll(async () => {
    await at.stop()
    await leaveNothing()
  })
  beforeEach(async () => {
    const expiresAt = Date.now() + 3_600_000
    const issued = await at.system.issuer.issueSession({ email: 'admin@example.com', device: 'doomed', expiresAt })
    token = issued.token
    sessionId = issued.id
  })

  const open = async () => {
    const arriving = new Promise<Duplex>((resolve) => {
      onWebsocket = resolve
    })
    const client = await openRawWebSocket({ port: at.gateway.port, token }, exec, ['Command: bash'])
    return { client, socket: await arriving }
  }
  const endSession = () => at.system.issuer.endSession(sessionId, 'lost laptop')

  test('towards the client: it gets the reason in a close frame', async () => {
    const { client, socket } = await open()
    const seen = watchFrames(client)
    socket.write(encodeFrame({ opcode: 2, payload: Buffer.alloc(0), length: 64 * gibibyte }))
    const poured = pour(socket, 64 * gibibyte)
    await expect.poll(() => seen.payloadBytes).toBeGreaterThan(64 * mebibyte)
    const ended = once(client, 'end')
    await endSession()
    await ended
    expect(seen.close?.readUInt16BE(0)).toBe(policyViolation)
    expect(seen.close?.subarray(2).toString()).toContain('Your session ended')
    client.destroy()
    socket.destroy()
    await poured
  })

  test('from the client: it gets the reason, and the rack no byte more', async () => {
    const { client, socket } = await open()
    const seen = watchFrames(client)
    let received = 0
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    client.write(encodeFrame({ opcode: 2, payload: Buffer.alloc(0), length: 64 * gibibyte, mask: 0 }))
    const poured = pour(client, 64 * gibibyte)
    await expect.poll(() => received).toBeGreaterThan(64 * mebibyte)
    const ended = new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
    await endSession()
    await ended
    // The rack's end was heard; the client's frame may still be on its way.
    await expect.poll(() => seen.close?.readUInt16BE(0)).toBe(policyViolation)
    client.destroy()
    socket.destroy()
    await poured
  })

  test('and a client that does not read: both sides are closed', async () => {
    const { client, socket } = await open()
    client.pause()
    // without reading, the rack would not hear of a hang-up
    socket.resume()
    socket.write(encodeFrame({ opcode: 2, payload: Buffer.alloc(0), length: gibibyte }))
    const poured = pour(socket, gibibyte)
    const ended = new Promise((resolve) => socket.once('end', resolve).once('close', resolve))
    await endSession()
    await ended
    client.destroy()
    socket.destroy()
    await poured
  })
})
