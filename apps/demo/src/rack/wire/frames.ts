import { encodeHead, FrameError, type Masking } from './frame-head.ts'
import { createPieceReader } from './frame-pieces.ts'

export { FrameError, opcode } from './frame-head.ts'

export interface Frame {
  readonly opcode: number
  readonly final: boolean
  readonly payload: Buffer
}

/** One frame as a server sends it: final, unmasked. */
export function encodeFrame(code: number, payload: Buffer): Buffer {
  return Buffer.concat([encodeHead(code, payload.length), payload])
}

/** Largest payload that is read into memory, in bytes. */
export const largestFrame = 16 * 1024 * 1024

/**
 * Reads whole frames from a stream of bytes, in any chunks. Each chunk is taken over.
 *
 * @throws FrameError on a breach of RFC 6455, and for a frame larger than `largestFrame`
 */
export function createFrameReader(masking: Masking): (chunk: Buffer) => Frame[] {
  const readPieces = createPieceReader(masking)
  let payloads: Buffer[] = []
  return function readFrames(chunk) {
    const frames: Frame[] = []
    for (const { opcode, final, length, payload, ends } of readPieces(chunk)) {
      if (length > largestFrame) throw new FrameError('the frame is too large')
      payloads.push(payload)
      if (!ends) continue
      frames.push({ opcode, final, payload: Buffer.concat(payloads) })
      payloads = []
    }
    return frames
  }
}
