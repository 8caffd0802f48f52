import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { encodeFrame, openRawWebSocket, watchFrames } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kibibyte } from '../../support/callers/bulk.ts'
import { canMeasure, type GatewayProcess, startGatewayProcess } from '../../support/gateway/gateway-process.ts'
import { leaveNothing } from '../../support/processes.ts'
import { type BeforePlainRack, startBeforePlainRack } from '../../support/racks/before-plain-rack.ts'

/** Streams that are open before the measurement, so that what all streams share is not counted. */
const warmUp = 500
const streams = 1_000
const atATime = 20
/** Bytes of a stream: its two connections and all its objects. */
const objectLimit = 20 * kibibyte
/** The same, with memory that the system and the collector have not freed. */
const pageLimit = 32 * kibibyte

describe.skipIf(!canMeasure)('idle exec streams', () => {
  let at: BeforePlainRack<GatewayProcess>
  let token: string
  const rackSides = new Set<Duplex>()
  let typed = 0
  beforeAll(async () => {
    const allowed = { WEBSOCKETS_PER_PRINCIPAL: String(warmUp + streams) }
    at = await startBeforePlainRack((system, rack) => startGatewayProcess(system, rack, allowed), {
      onWebsocket(_request, socket) {
        rackSides.add(socket)
        socket
          .on('error', () => undefined)
          .on('end', () => socket.end())
          .on('close', () => rackSides.delete(socket))
        socket.on('data', (chunk: Buffer) => {
          if (chunk.includes('typed')) typed += 1
        })
      },
    })
    token = await at.system.token('admin')
  })
  afterAll(async () => {
    await at.stop()
    await leaveNothing()
  })

  async function open(count: number): Promise<Socket[]> {
    const sockets: Socket[] = []
    while (sockets.length < count) {
      const exec = () =>
        openRawWebSocket({ port: at.gateway.port, token }, '/apps/myapp/processes/web-1/exec', [
          'Command: bash',
          'Width: 80',
        ])
      sockets.push(...(await Promise.all(Array.from({ length: Math.min(atATime, count - sockets.length) }, exec))))
    }
    return sockets
  }
  async function hangUp(sockets: readonly Socket[]): Promise<void> {
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => rackSides.size).toBe(0)
  }

  test('use at most 20 KiB of objects each, both sides, and all of them stay open', async () => {
    const others = await open(warmUp)
    const before = await at.gateway.memory()
    const sockets = await open(streams)
    expect(rackSides.size).toBe(warmUp + streams)
    // Pages go back to the system after a collection or two, and later on a busy machine.
    let [pages, objects] = [0, 0]
    await expect
      .poll(
        async () => {
          const { rss, heap } = await at.gateway.memory()
          pages = (rss - before.rss) / streams
          objects = (heap - before.heap) / streams
          return pages <= pageLimit && objects <= objectLimit
        },
        { interval: 1_000 },
      )
      .toBe(true)
    console.info(
      `an idle exec stream: ${Math.round(pages / kibibyte)} KiB in pages, ${Math.round(objects / kibibyte)} KiB in objects`,
    )

    const seen = sockets.map(watchFrames)
    for (const socket of rackSides) socket.write(encodeFrame({ opcode: 1, payload: Buffer.from('$ ') }))
    for (const socket of sockets) socket.write(encodeFrame({ opcode: 1, payload: Buffer.from('typed'), mask: 0 }))
    await expect.poll(() => seen.filter(({ payloadBytes }) => payloadBytes === 2).length).toBe(streams)
    await expect.poll(() => typed).toBe(streams)
    await hangUp([...others, ...sockets])
  })

  test('are freed: a second thousand uses no more memory than the first', async () => {
    const first = await at.gateway.memory()
    await hangUp(await open(streams))
    await expect.poll(async () => (await at.gateway.memory()).heap - first.heap).toBeLessThan(streams * kibibyte)
  })
})
