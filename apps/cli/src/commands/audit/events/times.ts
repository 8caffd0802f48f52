import { readDuration, readTime } from '@rack-gateway/time'
import { Usage } from '../../../errors/errors.ts'

export type Zone = 'local' | 'utc'

/** The time zone for both input and output. */
export function zoneOf({ utc }: { readonly utc: boolean | undefined }): Zone {
  return utc ? 'utc' : 'local'
}

/**
 * Parses `2h` (two hours ago), a day, or a day with a time. A time without an offset is in the zone.
 *
 * @returns RFC 3339 @throws Usage
 */
export function readTimeFlag(flag: string, text: string, { now, zone }: { now: number; zone: Zone }): string {
  const duration = readDuration(text)
  return toIsoString(flag, duration === null ? (readTime(text, 'typed', zone) ?? Number.NaN) : now - duration)
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

/** `12:00:00` for today, `01-31 12:00` for another day of this year, and else `2026-12-31 12:00`. */
export function shortTime(text: string, zone: Zone, now: number): string {
  const time = shownTime(text, zone)
  if (Number.isNaN(new Date(text).getTime())) return time
  const today = shownTime(new Date(now).toISOString(), zone).slice(0, 10)
  if (time.startsWith(today)) return time.slice(11, 19)
  return time.slice(time.startsWith(today.slice(0, 4)) ? 5 : 0, 16)
}

export function zoneName(zone: Zone): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone
}
