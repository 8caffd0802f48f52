import { uuidPattern } from '@rack-gateway/audit-proof'

const wholeUuid = new RegExp(`^${uuidPattern}$`)

/** Whether the text is a lower-case UUID. */
export function isUuid(text: string): boolean {
  return wholeUuid.test(text)
}

/** The time of a UUIDv7 in milliseconds since the epoch; null for other text, and for times after the year 9999. */
export function timeOfUuid(uuid: string): number | null {
  if (!version7.test(uuid)) return null
  const moment = Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
  return moment <= lastMoment ? moment : null
}

/** RFC 3339 has four digits for the year. */
const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i
