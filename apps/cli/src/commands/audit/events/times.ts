import { readTime } from '@rack-gateway/time'
import { Usage } from '../../../errors.ts'

export type Zone = 'local' | 'utc'

/** The time zone for both input and output. */
export function zoneOf({ utc }: { readonly utc: boolean | undefined }): Zone {
  return utc ? 'utc' : 'local'
}

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const relativeTime = /^(\d{1,6})([smhdw])$/

/**
 * Parses `2h` (two hours ago), a day, or a day with a time. A time without an offset is in the zone.
 *
 * @returns RFC 3339 @throws Usage
 */
export function readTimeFlag(flag: string, text: string, { now, zone }: { now: number; zone: Zone }): string {
  const [, count, unit] = relativeTime.exec(text) ?? []
  if (count !== undefined && unit !== undefined && unit in units)
    return toIsoString(flag, now - Number(count) * units[unit as keyof typeof units])
  return toIsoString(flag, readTime(text, 'typed', zone) ?? Number.NaN)
}

function toIsoString(flag: string, at: number): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime()) || at < 0)
    throw new Usage(
      `${flag} is not a time.`,
      'Use how long ago, such as 2h or 3d, or a time such as 2027-01-31 or 2027-01-31T12:00Z.',
    )
  return date.toISOString()
}

/** `2027-01-31 12:00:00.000`, in the zone. Returns text that is not a time unchanged. */
export function shownTime(text: string, zone: Zone): string {
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) return text
  const local = zone === 'utc' ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 23).replace('T', ' ')
}

export function zoneName(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
}
