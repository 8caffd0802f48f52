import { applyMask, type Frame, rotateMask } from './frame.ts'

/** A part of a frame's payload: the whole frame can be larger than memory. */
export interface FramePart {
  readonly fin: boolean
  readonly opcode: number
  /** Bytes of the whole payload. */
  readonly length: number
  /** Unmasked. Empty for a frame without payload. */
  readonly bytes: Buffer
  readonly isLast: boolean
}

/** A client must mask its frames, and a server must not. `any` accepts masked and unmasked frames. */
export type Sender = 'client' | 'server' | 'any'

/**
 * Reads the next chunk of a connection.
 *
 * @returns true if the chunk ends at the end of a frame
 * @throws Error for a reserved bit, or if the sender must mask and does not, or must not and does
 */
export type ChunkHandler = (chunk: Buffer) => boolean

export function createFramePartReader(onPart: (part: FramePart) => void, sender: Sender = 'any'): ChunkHandler {
  let header: Buffer = Buffer.alloc(0)
  let frame: { fin: boolean; opcode: number; length: number; mask: number | null } | null = null
  let consumed = 0

  function takePart(rest: Buffer): Buffer {
    if (frame === null) return rest
    const { fin, opcode, length, mask } = frame
    const masked = rest.subarray(0, length - consumed)
    const bytes = mask === null ? masked : Buffer.from(applyMask(masked, rotateMask(mask, consumed)))
    consumed += masked.length
    const isLast = consumed === length
    if (isLast) frame = null
    onPart({ fin, opcode, length, bytes, isLast })
    return rest.subarray(masked.length)
  }

  function takeHeader(rest: Buffer): Buffer {
    const bytes = Buffer.concat([header, rest])
    const size = headerSize(bytes)
    if (bytes.length < size) {
      header = bytes
      return rest.subarray(rest.length)
    }
    const second = bytes.readUInt8(1)
    if ((bytes.readUInt8(0) & 0x70) !== 0) throw new Error('the frame has a reserved bit')
    if (sender !== 'any' && second >= 0x80 !== (sender === 'client'))
      throw new Error(`a frame of the ${sender} is ${second >= 0x80 ? '' : 'not '}masked`)
    const shortLength = second & 0x7f
    frame = {
      fin: (bytes.readUInt8(0) & 0x80) !== 0,
      opcode: bytes.readUInt8(0) & 0x0f,
      length:
        shortLength === 127
          ? Number(bytes.readBigUInt64BE(2))
          : shortLength === 126
            ? bytes.readUInt16BE(2)
            : shortLength,
      mask: second & 0x80 ? bytes.readUInt32BE(size - 4) : null,
    }
    consumed = 0
    const used = size - header.length
    header = Buffer.alloc(0)
    return frame.length === 0 ? takePart(rest.subarray(used)) : rest.subarray(used)
  }

  return function read(chunk) {
    let rest = chunk
    while (rest.length > 0) rest = frame === null ? takeHeader(rest) : takePart(rest)
    return frame === null && header.length === 0
  }
}

/** The size of the header, 2 to 14 bytes. Depends on the second byte. */
function headerSize(bytes: Buffer): number {
  const second = bytes[1] ?? 0
  const shortLength = second & 0x7f
  return 2 + (shortLength === 127 ? 8 : shortLength === 126 ? 2 : 0) + (second & 0x80 ? 4 : 0)
}

/** As `createFramePartReader`, for whole frames. */
export function createFrameReader(onFrame: (frame: Frame) => void, sender: Sender = 'any'): ChunkHandler {
  let parts: Buffer[] = []
  return createFramePartReader(({ fin, opcode, bytes, isLast }) => {
    parts.push(bytes)
    if (!isLast) return
    const payload = Buffer.concat(parts)
    parts = []
    onFrame({ fin, opcode, payload })
  }, sender)
}

/** @throws Error if the bytes end within a frame */
export function decodeFrames(bytes: Buffer, sender: Sender = 'any'): Frame[] {
  const frames: Frame[] = []
  const isComplete = createFrameReader((frame) => frames.push(frame), sender)(bytes)
  if (!isComplete) throw new Error('the bytes end within a frame')
  return frames
}
