import { decodeFrames, type FrameToEncode } from '@rack-gateway/testing/websocket'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameTracker, wholeFrameLimit } from './frame-tracker.ts'
import { createFrame, type Sender } from './frames.ts'
import { frame } from './testing/start-relay.ts'

const mask = 0x01020384

/** Runs bytes through a tracker, and inserts a marker at every boundary. */
function track(sender: Sender, chunks: readonly Buffer[], marker: Buffer | null = null) {
  const out: Buffer[] = []
  const tapped: string[] = []
  const tracker = new FrameTracker(sender, {
    bytes: (part) => void out.push(part),
    boundary: () => {
      if (marker !== null) out.push(marker)
    },
    payload: (opcode, piece, key, offset, end) => {
      const clear = Buffer.from(piece)
      for (let i = 0; i < clear.length; i++) {
        clear[i] = (clear[i] ?? 0) ^ ((key >>> (24 - ((offset + i) % 4) * 8)) & 0xff)
      }
      tapped.push(`${opcode}${end ? '!' : ''}:${clear.toString('latin1')}`)
    },
  })
  tracker.boundaryRequested = marker !== null
  let violation: string | null = null
  for (const chunk of chunks) violation ??= tracker.read(chunk)
  return { tracker, out, bytes: Buffer.concat(out), tapped, violation }
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

/** Sequences of a correct peer: fragmented messages with control frames between the fragments. */
const control = fc.record({ opcode: fc.constantFrom(9, 10), payload: fc.uint8Array({ maxLength: 125 }) })
const message = fc.record({
  opcode: fc.constantFrom(1, 2),
  parts: fc.array(fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.option(control)), { minLength: 1, maxLength: 4 }),
})
const conversation = fc
  .array(message, { maxLength: 6 })
  .map((messages) =>
    messages.flatMap(({ opcode, parts }) =>
      parts.flatMap(([payload, between], i): FrameToEncode[] => [
        { opcode: i === 0 ? opcode : 0, payload: Buffer.from(payload), fin: i === parts.length - 1 },
        ...(between === null ? [] : [{ opcode: between.opcode, payload: Buffer.from(between.payload) }]),
      ]),
    ),
  )
const cuts = fc.array(fc.nat(), { maxLength: 30 })
const sides = fc.constantFrom<Sender[]>('client', 'server')

test('frames are forwarded byte for byte, for any chunks', () => {
  fc.assert(
    fc.property(conversation, cuts, sides, (frames, at, sender) => {
      const bytes = Buffer.concat(frames.map((one) => frame(one, sender === 'client' ? mask : null)))
      const result = track(sender, cutAt(bytes, at))
      expect(result.violation).toBeNull()
      expect(result.bytes.equals(bytes)).toBe(true)
      expect(result.tracker.isBetweenMessages).toBe(true)
    }),
  )
})

test('inserted frames are between other frames, and no byte is lost', () => {
  const marker = createFrame('server', 9, Buffer.from('marker'))
  fc.assert(
    fc.property(conversation, cuts, sides, (frames, at, sender) => {
      const sent = frames.filter((one) => one.payload.toString() !== 'marker')
      const bytes = Buffer.concat(sent.map((one) => frame(one, sender === 'client' ? mask : null)))
      const received = decodeFrames(track(sender, cutAt(bytes, at), marker).bytes)
      const rest = received.filter((one) => one.payload.toString() !== 'marker')
      expect(rest).toEqual(sent.map((one) => ({ fin: true, ...one })))
      expect(received.length - rest.length).toBe(sent.length)
    }),
  )
})

test('the payload listener receives every message in order', () => {
  fc.assert(
    fc.property(conversation, cuts, sides, (frames, at, sender) => {
      const bytes = Buffer.concat(frames.map((one) => frame(one, sender === 'client' ? mask : null)))
      const { tapped } = track(sender, cutAt(bytes, at))
      const messages: string[] = []
      let open = ''
      for (const piece of tapped) {
        open += piece.slice(piece.indexOf(':') + 1)
        if (!/^\d!/.test(piece)) continue
        messages.push(`${piece[0]}:${open}`)
        open = ''
      }
      const expected: string[] = []
      for (const { opcode, payload, fin } of frames.filter((one) => one.opcode < 8)) {
        if (opcode > 0) expected.push(`${opcode}:`)
        expected[expected.length - 1] += payload.toString('latin1')
        if (fin) continue
      }
      expect(messages).toEqual(expected)
    }),
  )
})

test('payload is not copied', () => {
  const bytes = frame({ opcode: 1, payload: Buffer.alloc(1000) })
  for (const part of track('server', [bytes]).out) expect(part.buffer).toBe(bytes.buffer)
  expect(track('server', [bytes]).out).toHaveLength(1)
})

test.each([1, 3, 4, 1000, 65_536])(
  'a long frame is forwarded as a fragmented message, for reads of %i bytes',
  (size) => {
    const payload = Buffer.from(Array.from({ length: wholeFrameLimit + 70_000 }, (_, i) => i % 251))
    const bytes = frame({ opcode: 2, payload }, mask)
    const pieces = Array.from({ length: Math.min(100, Math.floor(bytes.length / size)) }, (_, i) => (i + 1) * size)
    // The beginning and the end of the frame, in pieces.
    const { bytes: out, tracker } = track('client', cutAt(bytes, [...pieces, ...pieces.map((at) => bytes.length - at)]))
    const fragments = decodeFrames(out)
    expect(Buffer.concat(fragments.map((one) => one.payload)).equals(payload)).toBe(true)
    expect(fragments.map((one) => one.opcode)).toEqual([2, ...Array(fragments.length - 1).fill(0)])
    expect(fragments.map((one) => one.fin)).toEqual([...Array(fragments.length - 1).fill(false), true])
    expect(tracker.isBetweenMessages).toBe(true)
  },
)

test('a long frame within a fragmented message stays part of that message', () => {
  const long = Buffer.alloc(wholeFrameLimit + 1, 'x')
  const sent = [
    { opcode: 1, payload: Buffer.from('a'), fin: false },
    { opcode: 0, payload: long, fin: false },
    { opcode: 0, payload: Buffer.from('z'), fin: true },
  ]
  const { bytes, tracker, violation } = track('server', [Buffer.concat(sent.map((one) => frame(one)))])
  expect(violation).toBeNull()
  expect(decodeFrames(bytes)).toEqual(sent)
  expect(tracker.isBetweenMessages).toBe(true)
})

test('a frame of exactly the limit stays unchanged', () => {
  const bytes = frame({ opcode: 1, payload: Buffer.alloc(wholeFrameLimit) })
  expect(track('server', cutAt(bytes, [7, 40_000])).bytes.equals(bytes)).toBe(true)
})

test('a long frame has a boundary at once, a short frame at its end', () => {
  const long = frame({ opcode: 1, payload: Buffer.alloc(wholeFrameLimit + 1) })
  const short = frame({ opcode: 1, payload: Buffer.alloc(wholeFrameLimit) })
  const inLong = track('server', [long.subarray(0, 5000)]).tracker
  const inShort = track('server', [short.subarray(0, 5000)]).tracker
  expect([inLong.isAtBoundary, inLong.isBetweenMessages]).toEqual([true, false])
  expect([inShort.isAtBoundary, inShort.isBetweenMessages]).toEqual([false, false])
})

test.each([
  [Buffer.from([0x88, 0x00]), 'server', 1005],
  [Buffer.from([0x88, 0x02, 0x03, 0xe8]), 'server', 1000],
  [frame({ opcode: 8, payload: Buffer.from([0x0f, 0xa6, 0x61]) }, mask), 'client', 4006],
] as const)('the code of a close frame is read, and nothing passes behind it', (bytes, sender, code) => {
  const single = Array.from(bytes, (byte) => Buffer.from([byte]))
  const result = track(sender, [...single, frame({ opcode: 1, payload: Buffer.from('late') })])
  expect([result.tracker.closeCode, result.violation]).toEqual([code, null])
  expect(result.bytes.equals(bytes)).toBe(true)
})

const hello = frame({ opcode: 1, payload: Buffer.from('hello') })
const maskedHello = frame({ opcode: 1, payload: Buffer.from('hello') }, mask)
const open = frame({ opcode: 1, payload: Buffer.from('a'), fin: false })
test.each([
  ['an unmasked frame of a client', 'client', maskedHello, hello, 'not masked'],
  ['a masked frame of a server', 'server', hello, maskedHello, 'is masked'],
  ['the first reserved bit', 'server', hello, Buffer.from([0xc1, 0]), 'reserved bit'],
  ['the second reserved bit', 'server', hello, Buffer.from([0xa1, 0]), 'reserved bit'],
  ['the third reserved bit', 'server', hello, Buffer.from([0x91, 0]), 'reserved bit'],
  ['the opcode 3', 'server', hello, Buffer.from([0x83, 0]), 'opcode 3'],
  ['the opcode 11', 'server', hello, Buffer.from([0x8b, 0]), 'opcode 11'],
  ['a ping of 126 bytes', 'server', hello, frame({ opcode: 9, payload: Buffer.alloc(126) }), 'too long'],
  ['a ping in fragments', 'server', hello, Buffer.from([0x09, 0]), 'control frame is fragmented'],
  ['a continuation of nothing', 'server', hello, Buffer.from([0x80, 0]), 'has no message'],
  ['a text within a text', 'server', open, hello, 'inside another'],
  ['a length with the top bit', 'server', hello, Buffer.from('827f8000000000000000', 'hex'), 'a frame is too long'],
  ['a length of 2^53', 'server', hello, Buffer.from('827f0020000000000000', 'hex'), 'a frame is too long'],
] as const)(
  '%s is a violation; everything before it is forwarded, and the frame itself is not',
  (_name, sender, before, bad, problem) => {
    for (const chunks of [
      [before, bad],
      [Buffer.concat([before, bad])],
      Array.from(Buffer.concat([before, bad]), (b) => Buffer.from([b])),
    ]) {
      const result = track(sender, chunks)
      expect(result.violation).toContain(problem)
      expect(result.bytes).toEqual(before)
      expect(result.tracker.isAtBoundary).toBe(true)
    }
  },
)
