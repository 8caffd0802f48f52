import { randomBytes } from 'node:crypto'

/**
 * A UUID that sorts by time.
 *
 * @param now milliseconds since the epoch
 * @see RFC 9562, section 5.7: 48 bits of time, version, 74 random bits
 */
export function uuidv7(now: number): string {
  const bytes = sixteenBytes()
  bytes.writeUIntBE(now, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const poolSize = 16 * 256
let pool = Buffer.alloc(0)
let used = 0

/** Random bytes, generated in bulk. */
function sixteenBytes(): Buffer {
  if (used === pool.length) {
    pool = randomBytes(poolSize)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}
