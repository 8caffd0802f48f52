import { readDuration, readTime } from '@rack-gateway/time'
import { Usage } from '../../errors/errors.ts'

/**
 * Parses `23:00` (the next such local time), a time as in `--expires`, or a duration from now.
 *
 * @returns RFC 3339 @throws Usage
 */
export function parseStart(text: string, now: number): string {
  const at = startOf(text, now)
  if (at === null)
    throw new Usage(
      '--start is not a time.',
      'Use a time such as 23:00, 2027-01-31T12:00Z, or 2h for two hours from now.',
    )
  if (at <= now)
    throw new Usage(
      `--start is in the past (${new Date(at).toISOString()}).`,
      'Use a later time, or leave --start out to start as soon as possible.',
    )
  return new Date(at).toISOString()
}

function startOf(text: string, now: number): number | null {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined) {
    const duration = readDuration(text)
    return duration === null ? readTime(text, 'typed', 'local') : now + duration
  }
  const start = new Date(now)
  start.setHours(Number(hours), Number(minutes), 0, 0)
  if (start.getTime() <= now) {
    // The day after has another length when the clocks change, so the time is set again.
    start.setDate(start.getDate() + 1)
    start.setHours(Number(hours), Number(minutes), 0, 0)
  }
  return start.getTime()
}
