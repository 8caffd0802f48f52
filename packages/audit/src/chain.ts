import { hash } from 'node:crypto'

/** The `prev` of a stream's first event. */
export const genesis: Buffer = Buffer.alloc(32)

/** SHA-256(prev ‖ canonical), 32 bytes. */
export function linkHash(prev: Uint8Array, canonical: string): Buffer {
  const most = prev.length + canonical.length * mostBytes
  if (most > room.length) room = Buffer.allocUnsafeSlow(2 * most)
  room.set(prev)
  const end = prev.length + room.write(canonical, prev.length)
  return hash('sha256', room.subarray(0, end), 'buffer')
}

/** UTF-8 bytes of one UTF-16 unit. */
const mostBytes = 3
/** Where what is hashed is put together. Events are cut, so it stays small. */
let room = Buffer.allocUnsafeSlow(64 * 1024)

export type ChainProblem =
  /** A number is missing: events were removed, or not all were given. */
  | 'gap'
  /** A number comes again or too early: events were added, reordered or forked. */
  | 'order'
  /** It doesn't follow the event before it. */
  | 'prev'
  /** Its bytes aren't those that were hashed. */
  | 'hash'
  /** The stream doesn't begin with `stream.opened`, or goes on after `stream.closed`. */
  | 'bounds'
