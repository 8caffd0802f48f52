import { encodeFrame } from '@rack-gateway/testing/websocket'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeHead, FrameError, opcode } from './frame-head.ts'
import { createPieceReader } from './frame-pieces.ts'
import { unmask } from './unmask.ts'

const keys = fc.uint8Array({ minLength: 4, maxLength: 4 })

describe('a mask', () => {
  test('is removed the same way, however the bytes are split and aligned', () => {
    const split = fc.tuple(fc.uint8Array({ maxLength: 200 }), keys, fc.nat(200), fc.nat(8))
    fc.assert(
      fc.property(split, ([payload, key, at, offset]) => {
        const memory = Buffer.alloc(payload.length + offset)
        memory.set(
          payload.map((byte, index) => byte ^ (key[index % 4] ?? 0)),
          offset,
        )
        const bytes = memory.subarray(offset)
        unmask(bytes.subarray(0, at), Buffer.from(key), 0)
        unmask(bytes.subarray(at), Buffer.from(key), Math.min(at, bytes.length))
        expect([...bytes]).toEqual([...payload])
      }),
    )
  })
})

describe('pieces', () => {
  test('put together are what was sent, in any chunks', () => {
    const frame = fc.record({
      code: fc.constantFrom(opcode.text, opcode.binary, opcode.continuation),
      payload: fc.uint8Array({ maxLength: 70_000, size: 'large' }),
      key: keys,
    })
    const cuts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), cuts, (frames, lengths) => {
        const bytes = Buffer.concat(
          frames.map(({ code, payload, key }) =>
            encodeFrame({ opcode: code, payload: Buffer.from(payload), mask: Buffer.from(key).readUInt32BE() }),
          ),
        )
        const readPieces = createPieceReader('masked')
        const found: { code: number; payload: Buffer[]; ended: boolean }[] = []
        for (let at = 0, count = 0; at < bytes.length; count += 1) {
          const length = (lengths[count % lengths.length] ?? 0) + 1
          for (const piece of readPieces(Buffer.from(bytes.subarray(at, at + length)))) {
            if (piece.begins) found.push({ code: piece.opcode, payload: [], ended: false })
            const last = found.at(-1)
            last?.payload.push(piece.payload)
            if (last !== undefined) last.ended = piece.ends
          }
          at += length
        }
        expect(found.map(({ code, payload }) => [code, [...Buffer.concat(payload)]])).toEqual(
          frames.map(({ code, payload }) => [code, [...payload]]),
        )
        expect(found.every(({ ended }) => ended)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('begin with the head alone, so that a frame is known before its payload', () => {
    const readPieces = createPieceReader('unmasked')
    expect(readPieces(encodeHead(opcode.text, 2 ** 40))).toMatchObject([
      { length: 2 ** 40, payload: Buffer.alloc(0), begins: true, ends: false },
    ])
    expect(readPieces(Buffer.from('x'))).toMatchObject([{ payload: Buffer.from('x'), begins: false, ends: false }])
  })

  test.each([
    ['a reserved bit', [0xc1, 0x80, 0, 0, 0, 0]],
    ['no mask', [0x81, 0x01, 0x78]],
    ['a ping of 126 bytes', [0x89, 0xfe, 0x00, 0x7e, 0, 0, 0, 0]],
    ['a ping in fragments', [0x09, 0x80, 0, 0, 0, 0]],
    ['a length beyond numbers', [0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
  ])('%s is an error', (_, bytes) => {
    expect(() => createPieceReader('masked')(Buffer.from(bytes))).toThrow(FrameError)
  })

  test('any bytes are read or refused, never looped over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          createPieceReader('masked')(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }),
    )
  })
})
