import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Duplex, PassThrough } from 'node:stream'
import { text as readText } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { decodeFrames, type FrameToEncode } from '@rack-gateway/testing/websocket'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameTracker } from './frame-tracker.ts'
import { closePayload, writeHeader } from './frames.ts'
import { relay } from './relay.ts'
import { socketPair } from './testing/peer.ts'
import { frame, readAll, readBytes, startRelay } from './testing/start-relay.ts'
import { TextClient } from './text-client.ts'

const mask = 0xa1b2c3d4
const MiB = 1024 * 1024
const text = (payload: string): FrameToEncode => ({ opcode: 1, payload: Buffer.from(payload) })
const eof: FrameToEncode = { opcode: 2, payload: Buffer.alloc(0) }
const close = (code: number, reason = ''): FrameToEncode => ({ opcode: 8, payload: closePayload(code, reason) })

test('bytes stay unchanged in both directions: invalid UTF-8, empty binary frames, pings, close codes', async () => {
  const { client, rack, relay } = await startRelay()
  const data = { opcode: 1, payload: Buffer.from([0xff, 0xfe, 0x00, 0xc3]) }
  const ping = { opcode: 9, payload: Buffer.from('5s') }
  const up = Buffer.concat([data, ping, eof].map((one) => frame(one, mask)))
  const down = Buffer.concat([data, ping, eof, close(4321, 'bye')].map((one) => frame(one)))
  client.write(up)
  rack.write(down)
  expect(await readBytes(rack, up.length)).toEqual(up)
  expect(await readBytes(client, down.length)).toEqual(down)
  client.end(frame(close(4321), mask))
  rack.end()
  expect(await relay.ended).toMatchObject({ by: 'rack', code: 4321, bytesIn: up.length + 8, bytesOut: down.length })
})

test('bytes after the handshakes are forwarded first', async () => {
  const clientHead = frame(text('one'), mask)
  const rackHead = frame(text('uno'))
  const { client, rack } = await startRelay({ clientHead, rackHead })
  client.write(frame(text('two'), mask))
  const received = await readBytes(rack, 2 * clientHead.length)
  expect(decodeFrames(received).map((one) => one.payload.toString())).toEqual(['one', 'two'])
  expect(await readBytes(client, rackHead.length)).toEqual(rackHead)
})

test('the empty frame that ends the input does not close the connection', async () => {
  const { client, rack } = await startRelay()
  client.write(frame(eof, mask))
  await readBytes(rack, 6)
  const marker = frame(text('F1E49A85-0AD7-4AEF-A618-C249C6E6568D:3\n'))
  rack.write(marker)
  expect(await readBytes(client, marker.length)).toEqual(marker)
})

test.each(['client', 'rack'] as const)('when the %s disconnects, the other side is disconnected', async (by) => {
  const sides = await startRelay()
  const other = sides[by === 'client' ? 'rack' : 'client']
  sides[by].end()
  expect(await readAll(other)).toHaveLength(0)
  other.end()
  expect(await sides.relay.ended).toMatchObject({ by, reason: 'hung up', code: null })
})

test.each(['client', 'rack'] as const)(
  'when the connection of the %s is reset, the other side is closed',
  async (by) => {
    const sides = await startRelay()
    const other = sides[by === 'client' ? 'rack' : 'client']
    sides[by].resetAndDestroy()
    await readAll(other)
    other.end()
    expect(await sides.relay.ended).toMatchObject({ by, code: null })
  },
)

test('a rack that does not disconnect is disconnected some time after the caller', async () => {
  const { client, rack, relay } = await startRelay({ disconnectTimeout: 50 })
  client.destroy()
  await readAll(rack)
  expect(await relay.ended).toMatchObject({ by: 'client' })
})

test('the last bytes of a rack reach a slow caller', async () => {
  const { client, rack } = await startRelay({ disconnectTimeout: 1 })
  const down = Buffer.concat(Array.from({ length: 200 }, () => frame({ opcode: 1, payload: Buffer.alloc(60_000) })))
  rack.end(down)
  rack.resume()
  let size = 0
  for await (const chunk of client) {
    size += chunk.length
    await new Promise(setImmediate)
  }
  expect(size).toBe(down.length)
})

test('the last bytes of a rack reach a caller that reads only after the rack disconnected', async () => {
  const { client, rack, relay } = await startRelay({ disconnectTimeout: 1 })
  const down = frame({ opcode: 1, payload: Buffer.alloc(60_000) })
  rack.end(down)
  rack.resume()
  await relay.ended
  expect((await readAll(client)).equals(down)).toBe(true)
})

test('after both close frames, the connections are closed', async () => {
  const { client, rack, relay } = await startRelay({ disconnectTimeout: 50 })
  client.resume()
  rack.resume()
  client.write(frame(close(1000), mask))
  rack.write(frame(close(1000)))
  expect(await relay.ended).toMatchObject({ reason: 'closed', code: 1000 })
})

test('a relay of closed connections ends', async () => {
  const [near] = await socketPair()
  near.destroy()
  await once(near, 'close')
  const [rack] = await socketPair()
  const none = Buffer.alloc(0)
  const { ended } = relay({
    client: near,
    clientHead: none,
    rack,
    rackHead: none,
    clock: performance,
    disconnectTimeout: 20,
  })
  expect(await ended).toMatchObject({ by: 'client' })
})

test('the duration is measured with the given clock', async () => {
  let now = 1000
  const { client, rack, relay } = await startRelay({ clock: { now: () => now } })
  now = 3500.4
  client.end()
  rack.end()
  client.resume()
  rack.resume()
  expect(await relay.ended).toMatchObject({ durationMs: 2500 })
})

test('end() sends a text, the end of the stream, and a close frame to the caller, and closes both sides', async () => {
  const { client, rack, relay } = await startRelay()
  client.write(frame(text('typed'), mask))
  await readBytes(rack, 11)
  relay.end('token revoked', { code: 1008, text: 'ERROR: your token was revoked\n' })
  const [toClient, toRack] = await Promise.all([readAll(client), readAll(rack)])
  expect(decodeFrames(toClient).map((one) => [one.opcode, one.payload.toString('latin1')])).toEqual([
    [1, 'ERROR: your token was revoked\n'],
    [2, ''],
    [8, '\x03\xf0token revoked'],
  ])
  expect(decodeFrames(toRack)).toEqual([{ fin: true, ...close(1008, 'token revoked') }])
  client.end()
  rack.end()
  expect(await relay.ended).toMatchObject({ by: 'gateway', reason: 'token revoked', code: 1008, bytesIn: 11 })
})

test('frames for the rack are masked, frames for the caller are not', async () => {
  const { client, rack, relay } = await startRelay()
  relay.ping()
  const [toClient, toRack] = await Promise.all([readBytes(client, 2), readBytes(rack, 6)])
  expect(toClient.toString('hex')).toBe('8900')
  expect(toRack.subarray(0, 2).toString('hex')).toBe('8980')
})

test('the rack gets no bytes that the caller sends after end()', async () => {
  const { client, rack, relay } = await startRelay()
  relay.end('locked', { code: 1008 })
  client.write(frame(text('rm -rf /\n'), mask))
  expect(decodeFrames(await readAll(rack)).map((one) => one.opcode)).toEqual([8])
  rack.end()
  client.resume().end()
  await relay.ended
})

test('end() stops a frame of the caller: its rest never reaches the rack', async () => {
  const { client, rack, relay } = await startRelay({ closeTimeout: 50 })
  const typed = frame(text('rm -rf /\n'), mask)
  client.write(typed.subarray(0, 8))
  await readBytes(rack, 8)
  relay.end('locked', { code: 1008 })
  const rest = rack.toArray().catch(() => [])
  client.write(typed.subarray(8))
  client.resume()
  await relay.ended
  expect(await rest).toEqual([])
})

test('a second end() does not extend the timeout', async () => {
  const { relay } = await startRelay({ closeTimeout: 60 })
  const repeating = setInterval(() => relay.end('again', { code: 1001 }), 10)
  expect(await relay.ended).toMatchObject({ reason: 'again', code: 1001 })
  clearInterval(repeating)
})

test('end() waits for the end of a frame', async () => {
  const { client, rack, relay } = await startRelay()
  const half = frame(text('0123456789'))
  rack.write(half.subarray(0, 6))
  await readBytes(client, 6)
  relay.end('locked', { code: 1008, text: 'bye' })
  const received = readAll(client)
  rack.write(half.subarray(6))
  const rest = decodeFrames(Buffer.concat([half.subarray(0, 6), await received]))
  expect(rest.map((one) => one.opcode)).toEqual([1, 1, 2, 8])
  expect(rest[0]?.payload.toString()).toBe('0123456789')
})

test('end() within a fragmented message sends no text, but the reason', async () => {
  const { client, rack, relay } = await startRelay()
  rack.write(frame({ opcode: 1, payload: Buffer.from('part'), fin: false }))
  await readBytes(client, 6)
  relay.end('locked', { code: 1008, text: 'bye' })
  expect(decodeFrames(await readAll(client))).toEqual([{ fin: true, ...close(1008, 'locked') }])
})

test('end() disconnects sides that do not read or do not finish a frame', async () => {
  const { client, rack, relay } = await startRelay({ closeTimeout: 60 })
  rack.write(frame(text('0123456789')).subarray(0, 5))
  await readBytes(client, 5)
  relay.end('locked', { code: 1008 })
  relay.end('again', { code: 1001 })
  expect(await relay.ended).toMatchObject({ by: 'gateway', reason: 'locked', code: 1008 })
})

test('end() works during a frame of 1 GiB, in both directions', async () => {
  const { client, rack, relay } = await startRelay()
  const length = 1024 * MiB
  const payload = Buffer.alloc(MiB)
  client.on('error', () => {})
  rack.on('error', () => {})
  function pour(socket: Duplex, key: number | null): void {
    socket.write(writeHeader({ fin: true, opcode: 2, length, mask: key }))
    const more = () => void (socket.writable && socket.write(payload, more))
    more()
  }
  const before = await bufferBytes()
  pour(client, mask)
  pour(rack, null)
  const ends = [client, rack].map(async (socket) => {
    let size = 0
    let tail = Buffer.alloc(0)
    for await (const chunk of socket) {
      size += chunk.length
      tail = Buffer.concat([tail.subarray(-200), chunk.subarray(-200)])
      if (size > 64 * MiB) relay.end('token revoked', { code: 1008 })
    }
    return tail.toString('latin1')
  })
  const [toClient, toRack] = await Promise.all(ends)
  expect((await bufferBytes()) - before).toBeLessThan(32 * MiB)
  expect(toClient).toMatch(/\x88\x0f\x03\xf0token revoked$/)
  expect(toRack?.slice(-21, -19)).toBe('\x88\x8f')
  client.destroy()
  rack.destroy()
  expect((await relay.ended).code).toBe(1008)
})

test('a frame of 64 MiB arrives, and memory stays flat', async () => {
  const { client, rack } = await startRelay()
  const length = 64 * MiB
  const piece = Buffer.alloc(MiB, 'x')
  const before = await bufferBytes()
  let most = 0
  rack.write(writeHeader({ fin: true, opcode: 2, length, mask: null }))
  let left = length / MiB
  const more = () => void (left-- > 0 ? rack.write(piece, more) : rack.end())
  more()
  let arrived = 0
  let changed = 0
  const tracker = new FrameTracker('server', {
    bytes() {},
    boundary() {},
    payload(_opcode, part) {
      arrived += part.length
      changed += part.at(-1) === 0x78 && part.at(0) === 0x78 ? 0 : 1
    },
  })
  let measured = 0
  for await (const chunk of client) {
    if (tracker.read(chunk) !== null) throw new Error('the frame is broken')
    if (arrived - measured < 8 * MiB) continue
    measured = arrived
    most = Math.max(most, (await bufferBytes()) - before)
  }
  expect([arrived, changed]).toEqual([length, 0])
  expect(most).toBeLessThan(16 * MiB)
})

test.each(['client', 'rack'] as const)('a stalled %s pauses the other side, and memory stays flat', async (by) => {
  const sides = await startRelay()
  const sender = sides[by === 'client' ? 'rack' : 'client']
  sides[by].pause()
  let sent = 0
  const piece = frame({ opcode: 1, payload: Buffer.alloc(32_768) }, by === 'client' ? null : mask)
  const before = await bufferBytes()
  const more = () => {
    if (sent >= 64 * MiB) return
    sent += piece.length
    sender.write(piece, more)
  }
  more()
  const stalledAt = await waitUntilStable(() => sent)
  expect(stalledAt).toBeLessThan(32 * MiB)
  expect((await bufferBytes()) - before).toBeLessThan(4 * MiB)
  const waiting = sides.near[by].writableLength
  for (let i = 0; i < 1000; i++) sides.relay.ping()
  expect(sides.near[by].writableLength).toBe(waiting)
  sides[by].resume()
  await expect.poll(() => sent).toBeGreaterThanOrEqual(64 * MiB)
})

test.each([
  ['client', frame(text('not masked'))],
  ['client', Buffer.from([0xff, 0x80, 0, 0, 0, 0])],
  ['rack', frame(text('masked'), mask)],
  ['rack', Buffer.from([0x83, 0])],
] as const)('a %s that breaks the protocol ends both sides with 1002 and a reason', async (by, bad) => {
  const { client, rack, relay } = await startRelay()
  const good = by === 'client' ? frame(text('good'), mask) : frame(text('good'))
  ;(by === 'client' ? client : rack).write(Buffer.concat([good, bad]))
  const [toClient, toRack] = await Promise.all([readAll(client), readAll(rack)])
  const [other, own] = by === 'client' ? [toRack, toClient] : [toClient, toRack]
  expect(decodeFrames(other).map((one) => one.opcode)).toEqual([1, 8])
  expect(decodeFrames(own).map((one) => [one.opcode, one.payload.readUInt16BE(0)])).toEqual([[8, 1002]])
  client.end()
  rack.end()
  expect(await relay.ended).toMatchObject({ by, code: 1002, reason: expect.stringMatching(/^protocol error: /) })
})

test('everything arrives for any chunks, and pings are only between frames', async () => {
  const size = fc.oneof(fc.nat(200), fc.integer({ min: 64_000, max: 70_000 }))
  const payloads = fc.array(size, { maxLength: 4 }).map((sizes) => sizes.map((one) => Buffer.alloc(one, 'convox')))
  await fc.assert(
    fc.asyncProperty(payloads, fc.array(fc.integer({ min: 500, max: 9000 }), { minLength: 1 }), async (all, sizes) => {
      const { client, rack, relay } = await startRelay()
      const bytes = Buffer.concat(all.map((payload) => frame({ opcode: 1, payload }, mask)))
      const received = readAll(rack)
      client.resume()
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        await new Promise((resolve) => client.write(bytes.subarray(at, at + size), resolve))
        relay.ping()
        at += size
      }
      client.end()
      const data = decodeFrames(await received).filter((one) => one.opcode < 8)
      expect(Buffer.concat(data.map((one) => one.payload)).equals(Buffer.concat(all))).toBe(true)
      expect(data.filter((one) => one.fin)).toHaveLength(all.length)
      rack.end()
      await relay.ended
    }),
    { numRuns: 20 },
  )
})

const shown = (bytes: Buffer) => decodeFrames(bytes).map((one) => [one.opcode, one.fin, one.payload.toString()])

test('notify() sends a text message to the caller, and nothing to the rack', async () => {
  const { client, rack, relay } = await startRelay()
  expect(relay.notify('your access ends')).toBe(true)
  const received = readAll(client)
  rack.end(frame(text('output')))
  expect(shown(await received)).toEqual([
    [1, true, 'your access ends'],
    [1, true, 'output'],
  ])
  client.end()
  expect(await readAll(rack)).toHaveLength(0)
})

test('notify() waits for the end of a frame', async () => {
  const { client, rack, relay } = await startRelay()
  const whole = frame(text('0123456789'))
  rack.write(whole.subarray(0, 6))
  const begin = await readBytes(client, 6)
  expect(relay.notify('notice')).toBe(true)
  const received = readAll(client)
  rack.end(Buffer.concat([whole.subarray(6), frame(text('next'))]))
  expect(shown(Buffer.concat([begin, await received]))).toEqual([
    [1, true, '0123456789'],
    [1, true, 'notice'],
    [1, true, 'next'],
  ])
})

test('notify() waits for the end of a fragmented message, and pings do not', async () => {
  const { client, rack, relay } = await startRelay()
  const fragments: FrameToEncode[] = [
    { opcode: 1, payload: Buffer.from('one '), fin: false },
    { opcode: 9, payload: Buffer.from('p') },
    { opcode: 0, payload: Buffer.from('two '), fin: false },
    { opcode: 0, payload: Buffer.from('three') },
  ]
  const [first = Buffer.alloc(0), ...others] = fragments.map((one) => frame(one))
  rack.write(first)
  const begin = await readBytes(client, first.length)
  expect(relay.notify('replaced')).toBe(true)
  expect(relay.notify('notice')).toBe(true)
  relay.ping()
  const received = readAll(client)
  rack.end(Buffer.concat([...others, frame(text('next'))]))
  expect(shown(Buffer.concat([begin, await received]))).toEqual([
    [1, false, 'one '],
    [9, true, ''],
    [9, true, 'p'],
    [0, false, 'two '],
    [0, true, 'three'],
    [1, true, 'notice'],
    [1, true, 'next'],
  ])
})

test('notify() is only between messages, for any chunks', async () => {
  const fragment = fc.record({
    size: fc.oneof(fc.nat(200), fc.integer({ min: 64_000, max: 70_000 })),
    fin: fc.boolean(),
  })
  const fragments = fc.array(fragment, { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(fragments, fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }), async (all, sizes) => {
      const { client, rack, relay } = await startRelay()
      const last = all.length - 1
      const bytes = Buffer.concat(
        all.map(({ size, fin }, at) => {
          const opcode = at === 0 || all[at - 1]?.fin ? 1 : 0
          return frame({ opcode, payload: Buffer.alloc(size, 'x'), fin: fin || at === last })
        }),
      )
      const received = readAll(client)
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        await new Promise((resolve) => rack.write(bytes.subarray(at, at + size), resolve))
        await nextTurn()
        relay.notify('notice')
        at += size
      }
      rack.end()
      const messages: string[] = []
      let isComplete = true
      for (const { opcode, fin, payload } of decodeFrames(await received)) {
        if (opcode === 1) {
          expect(isComplete).toBe(true)
          messages.push('')
        }
        messages.push(`${messages.pop()}${payload}`)
        isComplete = fin
      }
      const output = messages.filter((one) => one !== 'notice')
      expect(isComplete).toBe(true)
      expect(output).toHaveLength(all.filter(({ fin }, at) => fin || at === last).length)
      expect(output.join('')).toBe('x'.repeat(all.reduce((sum, { size }) => sum + size, 0)))
      client.end()
      await relay.ended
    }),
    { numRuns: 20 },
  )
})

test('notify() sends nothing to a caller that does not read, and nothing after the end', async () => {
  const { client, rack, near, relay } = await startRelay({ closeTimeout: 50 })
  client.pause()
  const payload = Buffer.alloc(64 * 1024)
  for (let count = 0; count < 200; count++) rack.write(frame({ opcode: 1, payload }))
  await expect.poll(() => near.client.writableNeedDrain).toBe(true)
  await waitUntilStable(() => near.client.writableLength)
  const waiting = near.client.writableLength
  for (let i = 0; i < 1000; i++) expect(relay.notify('notice')).toBe(false)
  expect(near.client.writableLength).toBe(waiting)
  client.resume()
  await expect.poll(() => relay.notify('notice')).toBe(true)
  relay.end('locked', { code: 1008 })
  expect(relay.notify('late')).toBe(false)
  rack.end()
  await relay.ended
})

test('notify() after the close frame of the rack sends nothing', async () => {
  const { client, rack, relay } = await startRelay()
  const end = frame(close(1000))
  rack.write(end)
  expect(await readBytes(client, end.length)).toEqual(end)
  expect(relay.notify('late')).toBe(false)
})

test('the text of notify() reaches a text client', async () => {
  const sink = new PassThrough()
  const { rack, near, relay } = await startRelay({ client: new TextClient(sink) })
  const line = frame(text('one\n'))
  rack.write(line.subarray(0, 4))
  await expect.poll(() => near.rack.bytesRead).toBe(4)
  expect(relay.notify('notice\n')).toBe(true)
  rack.write(Buffer.concat([line.subarray(4), frame(eof)]))
  expect(await readText(sink)).toBe('one\nnotice\n')
  rack.end()
  await relay.ended
})

test('a thousand idle relays have no timers and use little memory', async () => {
  class Quiet extends Duplex {
    override _read() {}
    override _write(_chunk: unknown, _encoding: string, done: () => void) {
      done()
    }
  }
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  const none = Buffer.alloc(0)
  const idle = () =>
    relay({ client: new Quiet(), clientHead: none, rack: new Quiet(), rackHead: none, clock: performance })
  idle()
  const [before, timersBefore] = [process.memoryUsage().heapUsed, timers()]
  const relays = Array.from({ length: 1000 }, idle)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(24 * MiB)
  expect(timers()).toBeLessThanOrEqual(timersBefore)
  expect(relays).toHaveLength(1000)
})

test('a paused relay reads no data, delivers all of it later, and uses constant memory', async () => {
  const { client, rack, near, relay } = await startRelay()
  relay.pause()
  const payload = Buffer.alloc(32 * 1024, 'x')
  let written = 0
  while (written < 64 * MiB && rack.write(frame({ opcode: 1, payload }))) written += payload.length
  await waitUntilStable(() => near.rack.bytesRead)
  expect(near.client.bytesWritten).toBe(0)
  relay.resume()
  rack.end()
  expect((await readAll(client)).length).toBeGreaterThan(written)
})

test('a sink that has caught up does not end the pause', async () => {
  const { client, rack, near, relay } = await startRelay()
  const payload = Buffer.alloc(64 * 1024, 'x')
  client.pause()
  for (let count = 0; count < 200; count++) rack.write(frame({ opcode: 1, payload }))
  await expect.poll(() => near.client.writableNeedDrain).toBe(true)
  relay.pause()
  const before = near.rack.bytesRead
  client.resume()
  await expect.poll(() => near.client.writableNeedDrain).toBe(false)
  await waitUntilStable(() => near.client.bytesWritten)
  expect(near.rack.bytesRead - before).toBeLessThan(2 * MiB)
  relay.resume()
  rack.end()
  expect(await readAll(client)).toBeDefined()
})

test('end() works while the relay is paused', async () => {
  const { client, rack, relay } = await startRelay({ closeTimeout: 50 })
  relay.pause()
  relay.end('the recording failed', { text: 'ERROR: why\n', code: 1008 })
  const frames = decodeFrames(await readAll(client))
  expect(frames.map((one) => one.payload.toString()).join()).toContain('ERROR: why')
  rack.end()
  expect(await relay.ended).toMatchObject({ by: 'gateway', reason: 'the recording failed' })
})

/** The bytes of buffers that are still referenced, after a garbage collection. */
async function bufferBytes(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let round = 0; round < 2; round++) {
    collect()
    await nextTurn()
  }
  return process.memoryUsage().arrayBuffers
}
