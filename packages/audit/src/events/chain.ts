import { hash } from 'node:crypto'

/** The `prev` of a stream's first event. */
export const genesis: Buffer = Buffer.alloc(32)

/** SHA-256(prev ‖ canonical), 32 bytes. */
export function linkHash(prev: Uint8Array, canonical: string): Buffer {
  const maxLength = prev.length + canonical.length * maxBytesPerUnit
  if (maxLength > buffer.length) buffer = Buffer.allocUnsafeSlow(2 * maxLength)
  buffer.set(prev)
  const end = prev.length + buffer.write(canonical, prev.length)
  return hash('sha256', buffer.subarray(0, end), 'buffer')
}

/** UTF-8 bytes for one UTF-16 unit. */
const maxBytesPerUnit = 3
/** Reused input buffer. It stays small, because events are truncated. */
let buffer = Buffer.allocUnsafeSlow(64 * 1024)

export type ChainProblem =
  /** A number is missing: events were removed, or the caller did not pass all events. */
  | 'gap'
  /** A number is repeated or too low: events were added, reordered, or forked. */
  | 'order'
  /** The `prev` of the event is not the hash of the previous event. */
  | 'prev'
  /** The bytes of the event do not match its hash. */
  | 'hash'
  /** The stream does not begin with `stream.opened`, or continues after `stream.closed`. */
  | 'bounds'
