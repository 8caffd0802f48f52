import { readDuration, readTime } from '@rack-gateway/time'
import { Usage } from '../../errors/errors.ts'

/**
 * Parses a duration from now (`30d`, `12h`, or `45m`), a day, or a day with a time. A time without an offset is local. A
 * day without a time means the beginning of the day.
 *
 * @returns RFC 3339 @throws Usage
 */
function parseExpiry(flag: string, text: string, now: number): string {
  const duration = readDuration(text)
  const at = duration === null ? (readTime(text, 'typed', 'local') ?? Number.NaN) : now + duration
  const expiry = new Date(at)
  if (Number.isNaN(expiry.getTime()))
    throw new Usage(
      `${flag} is not a time.`,
      'Use how long from now, such as 30d or 12h, or a time such as 2027-01-31 or 2027-01-31T12:00Z.',
    )
  if (at <= now) throw new Usage(`${flag} is in the past (${expiry.toISOString()}).`, 'Use a later time.')
  return expiry.toISOString()
}

/** @throws Usage for a value that is not a time, or that is in the past */
export function expiryField(expires: string | undefined, now: number): { readonly expiresAt?: string } {
  return expires === undefined ? {} : { expiresAt: parseExpiry('--expires', expires, now) }
}
