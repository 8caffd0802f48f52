import { readTime } from '@rack-gateway/time'
import { Usage } from '../../errors.ts'

const day = 86_400_000
const units = { h: 3_600_000, d: day, w: 7 * day } as const
const fromNow = /^(\d{1,5})([hdw])$/

/**
 * Parses a duration from now (`30d`, `12h`, or `2w`), a day, or a day with a time. A time without an offset is local. A
 * day without a time means the beginning of the day.
 *
 * @returns RFC 3339 @throws Usage
 */
function parseExpiry(flag: string, text: string, now: number): string {
  const [, count, unit] = fromNow.exec(text) ?? []
  const at =
    count === undefined
      ? (readTime(text, 'typed', 'local') ?? Number.NaN)
      : now + Number(count) * units[unit as keyof typeof units]
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
