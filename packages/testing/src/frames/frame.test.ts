import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeFrame, opcodes } from './frame.ts'
import { createFramePartReader, createFrameReader, decodeFrames } from './frame-reader.ts'

const hello = Buffer.from('Hello')

test.each([
  ['an unmasked text', [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], { opcode: 1, payload: hello }, null],
  [
    'a masked text',
    [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58],
    { opcode: 1, payload: hello },
    0x37fa213d,
  ],
  ['a first fragment', [0x01, 0x03, 0x48, 0x65, 0x6c], { fin: false, opcode: 1, payload: Buffer.from('Hel') }, null],
  ['a ping', [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], { opcode: 9, payload: hello }, null],
])('%s of RFC 6455, section 5.7, is encoded and decoded', (_what, bytes, frame, mask) => {
  expect([...encodeFrame({ ...frame, mask })]).toEqual(bytes)
  expect(decodeFrames(Buffer.from(bytes))).toEqual([{ fin: true, ...frame }])
})

test.each([
  [125, [0x82, 125]],
  [126, [0x82, 126, 0, 126]],
  [65_535, [0x82, 126, 0xff, 0xff]],
  [65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
])('a length of %i has its shortest form', (length, head) => {
  expect([...encodeFrame({ opcode: opcodes.binary, payload: Buffer.alloc(0), length })]).toEqual(head)
  const payload = Buffer.alloc(length, 'x')
  const [frame, ...more] = decodeFrames(encodeFrame({ opcode: opcodes.binary, payload }))
  expect([frame?.opcode, frame?.payload.equals(payload), more]).toEqual([opcodes.binary, true, []])
})

test('frames are the same wherever their bytes are cut', () => {
  const frame = fc.record({
    fin: fc.boolean(),
    opcode: fc.constantFrom(...Object.values(opcodes)),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    mask: fc.option(fc.integer({ min: 0, max: 0xffffffff })),
  })
  fc.assert(
    fc.property(fc.array(frame), fc.integer({ min: 1, max: 40 }), (frames, size) => {
      const bytes = Buffer.concat(frames.map(encodeFrame))
      const found: unknown[] = []
      const read = createFrameReader((one) => found.push({ ...one, payload: [...one.payload] }))
      for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
      expect(found).toEqual(frames.map(({ fin, opcode, payload }) => ({ fin, opcode, payload: [...payload] })))
    }),
  )
})

test('parts come before the frame is complete, which can be larger than memory', () => {
  const parts: unknown[] = []
  const read = createFramePartReader(({ length, bytes, isLast }) => parts.push([length, bytes.toString(), isLast]))
  expect(read(encodeFrame({ opcode: 2, payload: Buffer.from('abc'), length: 2 ** 40 }))).toBe(false)
  expect(read(Buffer.from('d'))).toBe(false)
  expect(parts).toEqual([
    [2 ** 40, 'abc', false],
    [2 ** 40, 'd', false],
  ])
})

test('bytes that end within a frame are an error', () => {
  const bytes = encodeFrame({ opcode: 1, payload: hello })
  for (const end of [1, 2, 6]) expect(() => decodeFrames(bytes.subarray(0, end))).toThrow('end within a frame')
})

test.each([
  ['a reserved bit', [0xc1, 0x00], 'any', 'reserved bit'],
  ['a masked frame of a server', [0x81, 0x80, 0, 0, 0, 0], 'server', 'is masked'],
  ['an unmasked frame of a client', [0x81, 0x00], 'client', 'is not masked'],
] as const)('%s is an error', (_what, bytes, sender, message) => {
  expect(() => decodeFrames(Buffer.from(bytes), sender)).toThrow(message)
})
