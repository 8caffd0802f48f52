import { randomBytes } from 'node:crypto'

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export const closeCodes = { normal: 1000, goingAway: 1001, protocolError: 1002, policy: 1008, rackGone: 1014 } as const

/** The maximum payload of a control frame, in bytes. */
export const controlLimit = 125

/** The role of a sender in the WebSocket protocol. Clients mask their frames, and servers do not. */
export type Sender = 'client' | 'server'

export interface FrameHeader {
  readonly fin: boolean
  readonly opcode: number
  /** Payload bytes. */
  readonly length: number
  /** The WebSocket masking key as a big-endian number; null if the frame is not masked. */
  readonly mask: number | null
}

/** The size of a frame header in bytes, from 2 to 14. */
export function headerSize(secondByte: number): number {
  const length = secondByte & 0x7f
  return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (secondByte & 0x80 ? 4 : 0)
}

/** The length is NaN if it has more than 53 bits. */
export function readHeader(bytes: Buffer, start: number): FrameHeader {
  const first = bytes.readUInt8(start)
  const second = bytes.readUInt8(start + 1)
  const short = second & 0x7f
  const long = short === 127 ? bytes.readBigUInt64BE(start + 2) : 0n
  const length =
    short === 126 ? bytes.readUInt16BE(start + 2) : long > BigInt(Number.MAX_SAFE_INTEGER) ? Number.NaN : Number(long)
  return {
    fin: (first & 0x80) !== 0,
    opcode: first & 0x0f,
    length: short < 126 ? short : length,
    mask: second & 0x80 ? bytes.readUInt32BE(start + headerSize(second) - 4) : null,
  }
}

export function writeHeader({ fin, opcode, length, mask }: FrameHeader): Buffer {
  const extra = length > 0xffff ? 8 : length > controlLimit ? 2 : 0
  const header = Buffer.allocUnsafe(2 + extra + (mask === null ? 0 : 4))
  header.writeUInt8((fin ? 0x80 : 0) | opcode, 0)
  header.writeUInt8((mask === null ? 0 : 0x80) | (extra === 8 ? 127 : extra === 2 ? 126 : length), 1)
  if (extra === 2) header.writeUInt16BE(length, 2)
  if (extra === 8) header.writeBigUInt64BE(BigInt(length), 2)
  if (mask !== null) header.writeUInt32BE(mask, 2 + extra)
  return header
}

/** The masking key for the payload after `offset` bytes. */
export function rotateMask(mask: number, offset: number): number {
  const bits = (offset % 4) * 8
  return bits === 0 ? mask : ((mask << bits) | (mask >>> (32 - bits))) >>> 0
}

/** Masks or unmasks in place; `offset` is the payload's position within its frame. */
export function applyMask(payload: Buffer, mask: number, offset: number): Buffer {
  for (let i = 0; i < payload.length; i++) {
    payload[i] = (payload[i] ?? 0) ^ ((mask >>> (24 - ((offset + i) % 4) * 8)) & 0xff)
  }
  return payload
}

export function createFrame(sender: Sender, opcode: number, payload: Buffer): Buffer {
  const mask = sender === 'client' ? randomBytes(4).readUInt32BE(0) : null
  const header = writeHeader({ fin: true, opcode, length: payload.length, mask })
  return Buffer.concat([header, mask === null ? payload : applyMask(Buffer.from(payload), mask, 0)])
}

/** A long reason is truncated at a character boundary. */
export function closePayload(code: number, reason: string): Buffer {
  const payload = Buffer.allocUnsafe(controlLimit)
  payload.writeUInt16BE(code, 0)
  const { written } = new TextEncoder().encodeInto(reason, payload.subarray(2))
  return payload.subarray(0, 2 + written)
}
