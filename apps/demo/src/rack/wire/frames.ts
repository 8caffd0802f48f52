/** Websocket opcodes that the rack's protocol uses. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Frame {
  readonly opcode: number
  readonly final: boolean
  readonly payload: Buffer
}

/** One frame as a server sends it: final, unmasked. */
export function encodeFrame(code: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? Buffer.alloc(2) : payload.length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = 0x80 | code
  if (head.length === 2) head[1] = payload.length
  else if (head.length === 4) head.writeUInt16BE(payload.length, 2)
  else head.writeBigUInt64BE(BigInt(payload.length), 2)
  if (head.length === 4) head[1] = 126
  if (head.length === 10) head[1] = 127
  return Buffer.concat([head, payload])
}

export class FrameError extends Error {}

/** Largest payload that is read into memory, in bytes. */
export const largestFrame = 16 * 1024 * 1024

/**
 * Reads frames from a stream of bytes, in any chunks.
 *
 * @param masking what the peer must do: a client masks, a server doesn't
 * @throws FrameError on a breach of RFC 6455 that gorilla/websocket refuses too
 */
export function createFrameReader(masking: 'masked' | 'unmasked'): (chunk: Buffer) => Frame[] {
  let waiting: Buffer = Buffer.alloc(0)
  return function readFrames(chunk) {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
    const frames: Frame[] = []
    for (let next = readFrame(waiting, masking); next !== null; next = readFrame(waiting, masking)) {
      frames.push(next.frame)
      waiting = waiting.subarray(next.length)
    }
    return frames
  }
}

function readFrame(bytes: Buffer, masking: 'masked' | 'unmasked'): { frame: Frame; length: number } | null {
  if (bytes.length < 2) return null
  const first = bytes.readUInt8(0)
  const second = bytes.readUInt8(1)
  if ((first & 0x70) !== 0) throw new FrameError('reserved bits are set')
  const masked = (second & 0x80) !== 0
  if (masked !== (masking === 'masked')) throw new FrameError('the frame has the wrong masking')
  const short = second & 0x7f
  const headLength = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  if (bytes.length < headLength + (masked ? 4 : 0)) return null
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  if (size > largestFrame) throw new FrameError('the frame is too large')
  const start = headLength + (masked ? 4 : 0)
  if (bytes.length < start + size) return null
  const payload = Buffer.from(bytes.subarray(start, start + size))
  if (masked) unmask(payload, bytes.subarray(headLength, start))
  return { frame: { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload }, length: start + size }
}

function unmask(payload: Buffer, key: Buffer): void {
  for (let at = 0; at < payload.length; at += 1) payload[at] = (payload[at] ?? 0) ^ (key[at % 4] ?? 0)
}
