import { readTime as readTypedTime } from '@rack-gateway/errors/read-time'
import type { TimeZone } from '../../../ui/time-zone.ts'

const lengths = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** When, and in which time zone, a filter is read. */
export interface ReadAt {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly zone: TimeZone
}

/**
 * A time that a person typed: a day, a day and a time, or how long ago, such as `2h`. Without an offset, a day or time is in
 * the time zone that the person chose.
 *
 * @returns milliseconds since the epoch; null for any other text
 */
export function readTime(text: string, { now, zone }: ReadAt): number | null {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd')) return now - Number(count) * lengths[unit]
  return readTypedTime(text, 'typed', zone)
}
