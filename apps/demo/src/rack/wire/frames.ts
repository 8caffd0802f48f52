import { encodeHead } from './frame-head.ts'

export { opcode } from './frame-head.ts'

/** One frame as a server sends it: final, unmasked. */
export function encodeFrame(code: number, payload: Buffer): Buffer {
  return Buffer.concat([encodeHead(code, payload.length), payload])
}
