/** @see RFC 6455, section 5.2 */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Frame {
  readonly fin: boolean
  readonly opcode: number
  /** Unmasked. */
  readonly payload: Buffer
}

export interface FrameToEncode {
  readonly opcode: number
  readonly payload: Buffer
  readonly fin?: boolean
  /** The masking key as a big-endian number. A client masks; a server does not, so the default is null. */
  readonly mask?: number | null
  /** The length that the header announces. Default: the length of the payload. */
  readonly length?: number
}

/** If `length` is greater than the length of the payload, returns only the beginning of a frame. */
export function encodeFrame({
  opcode,
  payload,
  fin = true,
  mask = null,
  length = payload.length,
}: FrameToEncode): Buffer {
  const extended = length > 0xffff ? 8 : length > 125 ? 2 : 0
  const head = Buffer.alloc(2 + extended + (mask === null ? 0 : 4))
  head[0] = (fin ? 0x80 : 0) | opcode
  head[1] = (mask === null ? 0 : 0x80) | (extended === 8 ? 127 : extended === 2 ? 126 : length)
  if (extended === 2) head.writeUInt16BE(length, 2)
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2)
  if (mask === null) return Buffer.concat([head, payload])
  head.writeUInt32BE(mask, 2 + extended)
  return Buffer.concat([head, applyMask(payload, mask)])
}

/** Masks or unmasks bytes from the beginning of a payload. */
export function applyMask(payload: Uint8Array, mask: number): Uint8Array {
  return payload.map((byte, index) => byte ^ ((mask >>> (24 - (index % 4) * 8)) & 0xff))
}

/** The masking key for the bytes that come `offset` bytes later. */
export function rotateMask(mask: number, offset: number): number {
  const bits = (offset % 4) * 8
  return bits === 0 ? mask : ((mask << bits) | (mask >>> (32 - bits))) >>> 0
}
