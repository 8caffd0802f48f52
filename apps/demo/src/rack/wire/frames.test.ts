import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrameReader, encodeFrame, FrameError, opcode } from './frames.ts'

describe('frames', () => {
  test.each([0, 1, 125, 126, 65_535, 65_536])('a payload of %i bytes is written and read back', (size) => {
    const payload = Buffer.alloc(size, 'x')
    const [frame, ...more] = createFrameReader('unmasked')(encodeFrame(opcode.text, payload))
    expect(frame).toMatchObject({ opcode: opcode.text, final: true })
    expect(frame?.payload.equals(payload)).toBe(true)
    expect(more).toEqual([])
  })

  test('however the bytes are cut, the same frames come out', () => {
    const input = fc.tuple(fc.array(fc.uint8Array({ maxLength: 200 })), fc.integer({ min: 1, max: 50 }))
    fc.assert(
      fc.property(input, ([payloads, size]) => {
        const bytes = Buffer.concat(payloads.map((payload) => encodeFrame(opcode.text, Buffer.from(payload))))
        const read = createFrameReader('unmasked')
        const frames = []
        for (let at = 0; at < bytes.length; at += size) frames.push(...read(bytes.subarray(at, at + size)))
        expect(frames.map(({ payload }) => [...payload])).toEqual(payloads.map((payload) => [...payload]))
      }),
    )
  })

  test('a masked payload is unmasked', () => {
    const bytes = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x68 ^ 1, 0x69 ^ 2])
    expect(createFrameReader('masked')(bytes)[0]?.payload.toString()).toBe('hi')
  })

  test.each([
    ['an unmasked frame from a client', [0x81, 0x00]],
    ['a reserved bit', [0xc1, 0x80]],
    ['a frame of 2^40 bytes', [0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]],
  ])('%s is refused', (_, bytes) => {
    expect(() => createFrameReader('masked')(Buffer.from(bytes))).toThrow(FrameError)
  })
})
