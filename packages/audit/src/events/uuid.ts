import { randomBytes } from 'node:crypto'
import { uuidPattern } from '@rack-gateway/audit-proof'

const wholeUuid = new RegExp(`^${uuidPattern}$`)

/** Whether the text is a lower-case UUID. */
export function isUuid(text: string): boolean {
  return wholeUuid.test(text)
}

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

/** The time of a UUIDv7 in milliseconds since the epoch; null for other text, and for times after the year 9999. */
export function momentOf(uuid: string): number | null {
  if (!version7.test(uuid)) return null
  const moment = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
  return moment <= lastMoment ? moment : null
}

/** RFC 3339 has four digits for the year. */
const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i

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
