import { encodeHead } from './frame-head.ts'

export { opcode } from './frame-head.ts'

/** A server's frame: final and unmasked. */
export function encodeFrame(code: number, payload: Buffer): Buffer {
  return Buffer.concat([encodeHead(code, payload.length), payload])
}
