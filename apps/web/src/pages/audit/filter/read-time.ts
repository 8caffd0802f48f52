import { readTime as readTypedTime } from '@rack-gateway/errors/read-time'

const lengths = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * A time that a person typed: `2h` ago, a day, or a day and a time. Without an offset, it is in the time zone of the browser.
 *
 * @param now milliseconds since the epoch
 * @returns milliseconds since the epoch, or null
 */
export function readTime(text: string, now: number): number | null {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd')) return now - Number(count) * lengths[unit]
  return readTypedTime(text, 'typed', 'local')
}
