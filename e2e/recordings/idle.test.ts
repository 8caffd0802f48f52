import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { encodeFrame, openRawWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kibibyte } from '../support/callers/bulk.ts'
import {
  canMeasure,
  type GatewayProcess,
  type Memory,
  startGatewayProcess,
} from '../support/gateway/gateway-process.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { leaveNothing } from '../support/processes.ts'
import { type PlainRack, startPlainRack } from '../support/racks/plain-rack.ts'

const streams = 1_000
const atATime = 20
/** Before anything is measured: what a process needs once. */
const warming = 200
/** Bytes of a recorded stream that is idle: its two connections, its recording and all that is known of it. */
const streamLimit = 40 * kibibyte

describe.skipIf(!canMeasure)('idle recorded streams', () => {
  let directory: RecordingDirectory
  let system: System
  let rack: PlainRack
  let gateway: GatewayProcess
  let token: string
  const rackSides = new Set<Duplex>()
  beforeAll(async () => {
    directory = await recordingDirectory()
    system = await startSystem()
    rack = await startPlainRack({
      onRequest(request, response) {
        const isRelease = /^\/apps\/myapp\/releases\/R1/.test(request.url ?? '')
        const env = Array.from({ length: 50 }, (_, key) => `SECRET_${key}=${'s'.repeat(20)}${key}`).join('\n')
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(isRelease ? { id: 'R1', env } : { name: 'myapp', release: 'R1' }))
      },
      onWebsocket(_request, socket) {
        rackSides.add(socket)
        socket
          .on('error', () => undefined)
          .on('end', () => socket.end())
          .on('close', () => rackSides.delete(socket))
          .resume()
      },
    })
    gateway = await startGatewayProcess(system, rack, {
      RECORDINGS: directory.path,
      WEBSOCKETS_PER_PRINCIPAL: '2000',
    })
    token = await system.token('admin')
  })
  afterAll(async () => {
    await gateway.stop()
    await rack.close()
    await system.stop()
    await leaveNothing()
    await directory.remove()
  })

  async function open(count: number): Promise<Socket[]> {
    const sockets: Socket[] = []
    while (sockets.length < count) {
      const exec = () =>
        openRawWebSocket({ port: gateway.port, token }, '/apps/myapp/processes/web-1/exec', [
          'Command: bash',
          'Width: 80',
        ])
      sockets.push(...(await Promise.all(Array.from({ length: Math.min(atATime, count - sockets.length) }, exec))))
    }
    return sockets
  }
  async function stored(): Promise<number> {
    let count = 0
    for await (const { key } of directory.store.list('recordings/')) if (key !== '') count += 1
    return count
  }

  async function held(before: Memory): Promise<{ readonly pages: number; readonly objects: number }> {
    const now = await gateway.memory()
    return { pages: (now.rss - before.rss) / streams, objects: (now.heap - before.heap) / streams }
  }

  test('use at most 40 KiB each, also after received bytes are stored', async () => {
    for (const socket of await open(warming)) socket.destroy()
    await expect.poll(() => rackSides.size).toBe(0)
    await expect.poll(stored).toBe(2 * warming)
    const before = await gateway.memory()
    const sockets = await open(streams)
    await expect.poll(stored).toBe(2 * warming + streams)
    let idle = await held(before)
    // Pages go back to the system after a collection or two, and later on a busy machine.
    await expect
      .poll(
        async () => {
          idle = await held(before)
          return Math.max(idle.pages, idle.objects)
        },
        { interval: 1_000 },
      )
      .toBeLessThanOrEqual(streamLimit)
    for (const socket of rackSides) socket.write(encodeFrame({ opcode: 1, payload: Buffer.from('$ ') }))
    for (const socket of sockets) socket.resume()
    await expect.poll(stored, { interval: 500 }).toBe(2 * warming + 2 * streams)
    const after = await held(before)
    const shown = (bytes: number) => `${Math.round(bytes / kibibyte)} KiB`
    console.info(
      `an idle recorded stream: ${shown(idle.pages)} in pages, ${shown(idle.objects)} in objects; after a prompt ${shown(after.objects)} in objects`,
    )
    // Pages that were read into stay with the process, recorded or not.
    expect(after.objects).toBeLessThanOrEqual(streamLimit)
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => rackSides.size).toBe(0)
  })
})
