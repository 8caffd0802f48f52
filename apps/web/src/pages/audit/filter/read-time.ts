import { readTime as readTypedTime } from '@rack-gateway/time'
import type { TimeZone } from '../../../ui/time/time-zone.ts'

/** Milliseconds. */
const lengths = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** The current time and the time zone, which determine what a typed time means. */
export interface TimeContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly zone: TimeZone
}

/**
 * Accepts a day, a day with a time, or an age such as `2h`. A day or a time without an offset is in `zone`.
 *
 * @returns milliseconds since the epoch; null for any other text
 */
export function readTime(text: string, { now, zone }: TimeContext): number | null {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd')) return now - Number(count) * lengths[unit]
  return readTypedTime(text, 'typed', zone)
}
