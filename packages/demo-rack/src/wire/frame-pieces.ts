import { type FrameHead, type Masking, readHead } from './frame-head.ts'
import { unmask } from './unmask.ts'

/** A part of a frame. Frames are not reassembled, so they can be larger than memory. */
export interface FramePiece {
  readonly opcode: number
  readonly final: boolean
  /** The length of the frame's whole payload in bytes. */
  readonly length: number
  /** This piece of the payload, unmasked; empty if only the head has arrived. */
  readonly payload: Buffer
  readonly begins: boolean
  readonly ends: boolean
}

/** Unmasks each chunk in place. @throws FrameError for a violation of RFC 6455 */
export function createPieceReader(masking: Masking): (chunk: Buffer) => FramePiece[] {
  let unread: Buffer = Buffer.alloc(0)
  let openFrame: FrameHead | null = null
  let payloadRead = 0
  return function readPieces(chunk) {
    const pieces: FramePiece[] = []
    let rest = unread.length === 0 ? chunk : Buffer.concat([unread, chunk])
    unread = Buffer.alloc(0)
    while (rest.length > 0) {
      const begins = openFrame === null
      openFrame ??= readHead(rest, masking)
      if (openFrame === null) {
        unread = Buffer.from(rest)
        break
      }
      const { opcode, final, length, key, size } = openFrame
      if (begins) rest = rest.subarray(size)
      const payload = rest.subarray(0, length - payloadRead)
      rest = rest.subarray(payload.length)
      if (key !== null) unmask(payload, key, payloadRead)
      payloadRead += payload.length
      const ends = payloadRead === length
      pieces.push({ opcode, final, length, payload, begins, ends })
      if (!ends) break
      openFrame = null
      payloadRead = 0
    }
    return pieces
  }
}
