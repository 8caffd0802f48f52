import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { Duplex } from 'node:stream'
import { decodeFrames, type FrameToEncode } from '@rack-gateway/testing/websocket'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { closePayload, writeHeader } from './frames.ts'
import { relay } from './relay.ts'
import { heldBytes } from './testing/garbage.ts'
import { socketPair, standstill } from './testing/peer.ts'
import { allOf, bytesOf, frame, relayed } from './testing/relayed.ts'
import { FrameTracker } from './tracker.ts'

const mask = 0xa1b2c3d4
const MiB = 1024 * 1024
const text = (payload: string): FrameToEncode => ({ opcode: 1, payload: Buffer.from(payload) })
const eof: FrameToEncode = { opcode: 2, payload: Buffer.alloc(0) }
const close = (code: number, reason = ''): FrameToEncode => ({ opcode: 8, payload: closePayload(code, reason) })

test('bytes pass both ways as they are: text that is no UTF-8, empty binary frames, pings, close codes', async () => {
  const { client, rack, relay } = await relayed()
  const data = { opcode: 1, payload: Buffer.from([0xff, 0xfe, 0x00, 0xc3]) }
  const ping = { opcode: 9, payload: Buffer.from('5s') }
  const up = Buffer.concat([data, ping, eof].map((one) => frame(one, mask)))
  const down = Buffer.concat([data, ping, eof, close(4321, 'bye')].map((one) => frame(one)))
  client.write(up)
  rack.write(down)
  expect(await bytesOf(rack, up.length)).toEqual(up)
  expect(await bytesOf(client, down.length)).toEqual(down)
  client.end(frame(close(4321), mask))
  rack.end()
  expect(await relay.ended).toMatchObject({ by: 'rack', code: 4321, bytesIn: up.length + 8, bytesOut: down.length })
})

test('what came right behind the handshakes goes first', async () => {
  const clientHead = frame(text('one'), mask)
  const rackHead = frame(text('uno'))
  const { client, rack } = await relayed({ clientHead, rackHead })
  client.write(frame(text('two'), mask))
  const received = await bytesOf(rack, 2 * clientHead.length)
  expect(decodeFrames(received).map((one) => one.payload.toString())).toEqual(['one', 'two'])
  expect(await bytesOf(client, rackHead.length)).toEqual(rackHead)
})

test("a half-close of the stream is only a frame: the rack's answer still comes", async () => {
  const { client, rack } = await relayed()
  client.write(frame(eof, mask))
  await bytesOf(rack, 6)
  const marker = frame(text('F1E49A85-0AD7-4AEF-A618-C249C6E6568D:3\n'))
  rack.write(marker)
  expect(await bytesOf(client, marker.length)).toEqual(marker)
})

test.each(['client', 'rack'] as const)('when the %s hangs up, the other side is hung up too', async (by) => {
  const sides = await relayed()
  const other = sides[by === 'client' ? 'rack' : 'client']
  sides[by].end()
  expect(await allOf(other)).toHaveLength(0)
  other.end()
  expect(await sides.relay.ended).toMatchObject({ by, reason: 'hung up', code: null })
})

test.each(['client', 'rack'] as const)('when the connection of the %s is reset, the other side ends', async (by) => {
  const sides = await relayed()
  const other = sides[by === 'client' ? 'rack' : 'client']
  sides[by].resetAndDestroy()
  await allOf(other)
  other.end()
  expect(await sides.relay.ended).toMatchObject({ by, code: null })
})

test('a rack that never hangs up is cut some time after the caller has gone', async () => {
  const { client, rack, relay } = await relayed({ hangUpTime: 50 })
  client.destroy()
  await allOf(rack)
  expect(await relay.ended).toMatchObject({ by: 'client' })
})

test('the last bytes of a rack that hangs up reach a slow caller', async () => {
  const { client, rack } = await relayed({ hangUpTime: 1 })
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

test('the last bytes of a rack that hangs up reach a caller that reads only after the cut', async () => {
  const { client, rack, relay } = await relayed({ hangUpTime: 1 })
  const down = frame({ opcode: 1, payload: Buffer.alloc(60_000) })
  rack.end(down)
  rack.resume()
  await relay.ended
  expect((await allOf(client)).equals(down)).toBe(true)
})

test('after both close frames the connections end, though neither side hangs up', async () => {
  const { client, rack, relay } = await relayed({ hangUpTime: 50 })
  client.resume()
  rack.resume()
  client.write(frame(close(1000), mask))
  rack.write(frame(close(1000)))
  expect(await relay.ended).toMatchObject({ reason: 'closed', code: 1000 })
})

test('a relay over connections that are already gone ends', async () => {
  const [near] = await socketPair()
  near.destroy()
  await once(near, 'close')
  const [rack] = await socketPair()
  const none = Buffer.alloc(0)
  const { ended } = relay({ client: near, clientHead: none, rack, rackHead: none, clock: performance, hangUpTime: 20 })
  expect(await ended).toMatchObject({ by: 'client' })
})

test('its duration is by the clock that it is given', async () => {
  let now = 1000
  const { client, rack, relay } = await relayed({ clock: { now: () => now } })
  now = 3500.4
  client.end()
  rack.end()
  client.resume()
  rack.resume()
  expect(await relay.ended).toMatchObject({ durationMs: 2500 })
})

test('an end puts a text, the end of the stream and a close frame before the caller, and closes both sides', async () => {
  const { client, rack, relay } = await relayed()
  client.write(frame(text('typed'), mask))
  await bytesOf(rack, 11)
  relay.end('token revoked', { code: 1008, text: 'ERROR: your token was revoked\n' })
  const [toClient, toRack] = await Promise.all([allOf(client), allOf(rack)])
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

test('what goes to the rack is masked, what goes to the caller is not', async () => {
  const { client, rack, relay } = await relayed()
  relay.ping()
  const [toClient, toRack] = await Promise.all([bytesOf(client, 2), bytesOf(rack, 6)])
  expect(toClient.toString('hex')).toBe('8900')
  expect(toRack.subarray(0, 2).toString('hex')).toBe('8980')
})

test('nothing that the caller sends after the end reaches the rack', async () => {
  const { client, rack, relay } = await relayed()
  relay.end('locked', { code: 1008 })
  client.write(frame(text('rm -rf /\n'), mask))
  expect(decodeFrames(await allOf(rack)).map((one) => one.opcode)).toEqual([8])
  rack.end()
  client.resume().end()
  await relay.ended
})

test('an end stops the caller in the middle of its frame: the rest never reaches the rack', async () => {
  const { client, rack, relay } = await relayed({ farewellTime: 50 })
  const typed = frame(text('rm -rf /\n'), mask)
  client.write(typed.subarray(0, 8))
  await bytesOf(rack, 8)
  relay.end('locked', { code: 1008 })
  const rest = rack.toArray().catch(() => [])
  client.write(typed.subarray(8))
  client.resume()
  await relay.ended
  expect(await rest).toEqual([])
})

test('an end that is repeated puts nothing off', async () => {
  const { relay } = await relayed({ farewellTime: 60 })
  const repeating = setInterval(() => relay.end('again', { code: 1001 }), 10)
  expect(await relay.ended).toMatchObject({ reason: 'again', code: 1001 })
  clearInterval(repeating)
})

test('an end in the middle of a frame waits for its end', async () => {
  const { client, rack, relay } = await relayed()
  const half = frame(text('0123456789'))
  rack.write(half.subarray(0, 6))
  await bytesOf(client, 6)
  relay.end('locked', { code: 1008, text: 'bye' })
  const received = allOf(client)
  rack.write(half.subarray(6))
  const rest = decodeFrames(Buffer.concat([half.subarray(0, 6), await received]))
  expect(rest.map((one) => one.opcode)).toEqual([1, 1, 2, 8])
  expect(rest[0]?.payload.toString()).toBe('0123456789')
})

test('an end in the middle of a message in fragments has no text, which would not fit, but its reason', async () => {
  const { client, rack, relay } = await relayed()
  rack.write(frame({ opcode: 1, payload: Buffer.from('part'), fin: false }))
  await bytesOf(client, 6)
  relay.end('locked', { code: 1008, text: 'bye' })
  expect(decodeFrames(await allOf(client))).toEqual([{ fin: true, ...close(1008, 'locked') }])
})

test('an end cuts sides that neither read nor finish a frame', async () => {
  const { client, rack, relay } = await relayed({ farewellTime: 60 })
  rack.write(frame(text('0123456789')).subarray(0, 5))
  await bytesOf(client, 5)
  relay.end('locked', { code: 1008 })
  relay.end('again', { code: 1001 })
  expect(await relay.ended).toMatchObject({ by: 'gateway', reason: 'locked', code: 1008 })
})

test('an end is heard while 1 GiB is on its way in one frame, both ways', async () => {
  const { client, rack, relay } = await relayed()
  const length = 1024 * MiB
  const payload = Buffer.alloc(MiB)
  client.on('error', () => {})
  rack.on('error', () => {})
  function pour(socket: Duplex, key: number | null): void {
    socket.write(writeHeader({ fin: true, opcode: 2, length, mask: key }))
    const more = () => void (socket.writable && socket.write(payload, more))
    more()
  }
  const before = await heldBytes()
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
  expect((await heldBytes()) - before).toBeLessThan(32 * MiB)
  expect(toClient).toMatch(/\x88\x0f\x03\xf0token revoked$/)
  expect(toRack?.slice(-21, -19)).toBe('\x88\x8f')
  client.destroy()
  rack.destroy()
  expect((await relay.ended).code).toBe(1008)
})

test('a whole frame of 64 MiB arrives, in flat memory', async () => {
  const { client, rack } = await relayed()
  const length = 64 * MiB
  const piece = Buffer.alloc(MiB, 'x')
  const before = await heldBytes()
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
    most = Math.max(most, (await heldBytes()) - before)
  }
  expect([arrived, changed]).toEqual([length, 0])
  expect(most).toBeLessThan(16 * MiB)
})

test.each(['client', 'rack'] as const)('a stalled %s stops the other side, and memory stays flat', async (by) => {
  const sides = await relayed()
  const sender = sides[by === 'client' ? 'rack' : 'client']
  sides[by].pause()
  let sent = 0
  const piece = frame({ opcode: 1, payload: Buffer.alloc(32_768) }, by === 'client' ? null : mask)
  const before = await heldBytes()
  const more = () => {
    if (sent >= 64 * MiB) return
    sent += piece.length
    sender.write(piece, more)
  }
  more()
  const stalledAt = await standstill(() => sent)
  expect(stalledAt).toBeLessThan(32 * MiB)
  expect((await heldBytes()) - before).toBeLessThan(4 * MiB)
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
  const { client, rack, relay } = await relayed()
  const good = by === 'client' ? frame(text('good'), mask) : frame(text('good'))
  ;(by === 'client' ? client : rack).write(Buffer.concat([good, bad]))
  const [toClient, toRack] = await Promise.all([allOf(client), allOf(rack)])
  const [other, own] = by === 'client' ? [toRack, toClient] : [toClient, toRack]
  expect(decodeFrames(other).map((one) => one.opcode)).toEqual([1, 8])
  expect(decodeFrames(own).map((one) => [one.opcode, one.payload.readUInt16BE(0)])).toEqual([[8, 1002]])
  client.end()
  rack.end()
  expect(await relay.ended).toMatchObject({ by, code: 1002, reason: expect.stringMatching(/^protocol error: /) })
})

test('whatever is sent in whatever pieces arrives, with pings only between frames', async () => {
  const size = fc.oneof(fc.nat(200), fc.integer({ min: 64_000, max: 70_000 }))
  const payloads = fc.array(size, { maxLength: 4 }).map((sizes) => sizes.map((one) => Buffer.alloc(one, 'convox')))
  await fc.assert(
    fc.asyncProperty(payloads, fc.array(fc.integer({ min: 500, max: 9000 }), { minLength: 1 }), async (all, sizes) => {
      const { client, rack, relay } = await relayed()
      const bytes = Buffer.concat(all.map((payload) => frame({ opcode: 1, payload }, mask)))
      const received = allOf(rack)
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

test('a thousand idle relays hold no timers and little memory', async () => {
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

test('while it is held nothing is read, and afterwards everything comes; memory stays flat', async () => {
  const { client, rack, near, relay } = await relayed()
  relay.hold()
  const payload = Buffer.alloc(32 * 1024, 'x')
  let written = 0
  while (written < 64 * MiB && rack.write(frame({ opcode: 1, payload }))) written += payload.length
  await standstill(() => near.rack.bytesRead)
  expect(near.client.bytesWritten).toBe(0)
  relay.release()
  rack.end()
  expect((await allOf(client)).length).toBeGreaterThan(written)
})

test('a sink that was behind and is no more does not end the hold', async () => {
  const { client, rack, near, relay } = await relayed()
  const payload = Buffer.alloc(64 * 1024, 'x')
  client.pause()
  for (let count = 0; count < 200; count++) rack.write(frame({ opcode: 1, payload }))
  await expect.poll(() => near.client.writableNeedDrain).toBe(true)
  relay.hold()
  const before = near.rack.bytesRead
  client.resume()
  await expect.poll(() => near.client.writableNeedDrain).toBe(false)
  await standstill(() => near.client.bytesWritten)
  expect(near.rack.bytesRead - before).toBeLessThan(2 * MiB)
  relay.release()
  rack.end()
  expect(await allOf(client)).toBeDefined()
})

test('a relay that is held ends all the same', async () => {
  const { client, rack, relay } = await relayed({ farewellTime: 50 })
  relay.hold()
  relay.end('the recording failed', { text: 'ERROR: why\n', code: 1008 })
  const frames = decodeFrames(await allOf(client))
  expect(frames.map((one) => one.payload.toString()).join()).toContain('ERROR: why')
  rack.end()
  expect(await relay.ended).toMatchObject({ by: 'gateway', reason: 'the recording failed' })
})
