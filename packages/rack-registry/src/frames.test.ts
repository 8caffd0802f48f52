import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyMask, closePayload, createFrame, headerSize, readHeader, rotateMask, writeHeader } from './frames.ts'

// RFC 6455, section 5.7
test.each([
  ['a text', 'server', 1, 'Hello', '810548656c6c6f'],
  ['a ping', 'server', 9, 'Hello', '890548656c6c6f'],
] as const)('%s of the RFC is written as it is there', (_name, sender, opcode, text, hex) => {
  expect(createFrame(sender, opcode, Buffer.from(text)).toString('hex')).toBe(hex)
})

test('the masked text of the RFC is read correctly', () => {
  const frame = Buffer.from('818537fa213d7f9f4d5158', 'hex')
  const header = readHeader(frame, 0)
  expect(header).toEqual({ fin: true, opcode: 1, length: 5, mask: 0x37fa213d })
  expect(applyMask(frame.subarray(6), header.mask ?? 0, 0).toString()).toBe('Hello')
})

test('a frame of the gateway for a rack is masked with a new key', () => {
  const frames = [1, 2, 3, 4].map(() => createFrame('client', 1, Buffer.from('Hello')))
  expect(new Set(frames.map((frame) => frame.toString('hex'))).size).toBeGreaterThan(1)
  for (const frame of frames) {
    const { mask } = readHeader(frame, 0)
    expect(applyMask(frame.subarray(6), mask ?? 0, 0).toString()).toBe('Hello')
  }
})

test('every written header is read back, and has the size that its second byte says', () => {
  const header = fc.record({
    fin: fc.boolean(),
    opcode: fc.integer({ min: 0, max: 15 }),
    length: fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.maxSafeNat()),
    mask: fc.option(fc.integer({ min: 0, max: 0xffffffff })),
  })
  fc.assert(
    fc.property(header, fc.integer({ min: 0, max: 5 }), (one, at) => {
      const written = writeHeader(one)
      expect(headerSize(written[1] ?? 0)).toBe(written.length)
      expect(readHeader(Buffer.concat([Buffer.alloc(at), written]), at)).toEqual(one)
    }),
  )
})

test.each(['ffffffffffffffff', '8000000000000000', '0020000000000000'])('a length of %s is invalid', (hex) => {
  expect(readHeader(Buffer.from(`817f${hex}`, 'hex'), 0).length).toBeNaN()
})

test('a rotated mask unmasks later bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.nat(1000), fc.uint8Array(), (mask, offset, bytes) => {
      const here = applyMask(Buffer.from(bytes), mask, offset)
      expect(applyMask(here, rotateMask(mask, offset), 0)).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a long close reason is truncated at a character boundary', () => {
  expect(closePayload(1008, 'locked').toString('hex')).toBe(`03f0${Buffer.from('locked').toString('hex')}`)
  const cut = closePayload(1000, 'ü'.repeat(100))
  expect(cut).toHaveLength(124)
  expect(cut.subarray(2).toString()).toBe('ü'.repeat(61))
})
