import { type FrameHead, type Masking, readHead } from './frame-head.ts'
import { unmask } from './unmask.ts'

/** A part of a frame. Frames are not reassembled, so they can be larger than memory. */
export interface FramePiece {
  readonly opcode: number
  readonly final: boolean
  /** Of the whole payload, in bytes. */
  readonly length: number
  /** Unmasked; empty where only the head has come. */
  readonly payload: Buffer
  readonly begins: boolean
  readonly ends: boolean
}

/**
 * Reads frames from chunks of bytes. Unmasks each chunk in place.
 *
 * @throws FrameError for a violation of RFC 6455
 */
export function createPieceReader(masking: Masking): (chunk: Buffer) => FramePiece[] {
  let waiting: Buffer = Buffer.alloc(0)
  let open: FrameHead | null = null
  let taken = 0
  return function readPieces(chunk) {
    const pieces: FramePiece[] = []
    let rest = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
    waiting = Buffer.alloc(0)
    while (rest.length > 0) {
      const begins = open === null
      open ??= readHead(rest, masking)
      if (open === null) {
        waiting = Buffer.from(rest)
        break
      }
      const { opcode, final, length, key, size } = open
      if (begins) rest = rest.subarray(size)
      const payload = rest.subarray(0, length - taken)
      rest = rest.subarray(payload.length)
      if (key !== null) unmask(payload, key, taken)
      taken += payload.length
      const ends = taken === length
      pieces.push({ opcode, final, length, payload, begins, ends })
      if (!ends) break
      open = null
      taken = 0
    }
    return pieces
  }
}
