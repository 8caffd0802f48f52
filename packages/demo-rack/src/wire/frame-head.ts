/** Websocket opcodes that the rack's protocol uses. */
export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** Whether frames are masked: a client masks its frames, a server doesn't. */
export type Masking = 'masked' | 'unmasked'

export interface FrameHead {
  readonly opcode: number
  readonly final: boolean
  /** The length of the payload in bytes. */
  readonly length: number
  /** The four bytes of the WebSocket mask; null for an unmasked frame. */
  readonly key: Buffer | null
  /** The length of the head in bytes. */
  readonly size: number
}

export class FrameError extends Error {}

/** The head of a server's frame: final and unmasked. */
export function encodeHead(code: number, length: number): Buffer {
  const head = length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10)
  head[0] = 0x80 | code
  head[1] = head.length === 2 ? length : head.length === 4 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/**
 * The head at the beginning of `bytes`, or null if the head is incomplete.
 *
 * @throws FrameError for a violation of RFC 6455 that gorilla/websocket also refuses
 */
export function readHead(bytes: Buffer, masking: Masking): FrameHead | null {
  if (bytes.length < 2) return null
  const first = bytes.readUInt8(0)
  const second = bytes.readUInt8(1)
  if ((first & 0x70) !== 0) throw new FrameError('reserved bits are set')
  const masked = (second & 0x80) !== 0
  if (masked !== (masking === 'masked')) throw new FrameError('the frame has the wrong masking')
  const short = second & 0x7f
  const keyAt = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0)
  const size = keyAt + (masked ? 4 : 0)
  if (bytes.length < size) return null
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  if (!Number.isSafeInteger(length)) throw new FrameError('the frame is too large')
  const final = (first & 0x80) !== 0
  const code = first & 0x0f
  if (code >= opcode.close && (length > 125 || !final))
    throw new FrameError('the control frame is too large or fragmented')
  return { opcode: code, final, length, key: masked ? Buffer.from(bytes.subarray(keyAt, size)) : null, size }
}
