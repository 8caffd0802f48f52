import { randomBytes } from 'node:crypto'

const length = 12
const batch = 256
let pool = Buffer.alloc(0)
let used = 0

/**
 * 24 hex digits: the time in seconds (4 bytes), then 8 random bytes.
 * IDs sort by time, so the audit log's index grows only at its end.
 */
export function requestId(): string {
  if (used === pool.length) {
    pool = randomBytes(length * batch)
    used = 0
  }
  pool.writeUInt32BE(Math.floor(Date.now() / 1_000) % 2 ** 32, used)
  used += length
  return pool.toString('hex', used - length, used)
}
