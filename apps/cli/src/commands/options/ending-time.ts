import { readTime } from '@rack-gateway/errors/read-time'
import { Usage } from '../../errors.ts'

const day = 86_400_000
const units = { h: 3_600_000, d: day, w: 7 * day } as const
const fromNow = /^(\d{1,5})([hdw])$/

/**
 * When something ends, as a person types it: `30d`, `12h`, `2w` from now, a day, or a day and a time; without an offset it
 * is local time, and a day alone is its beginning.
 *
 * @returns RFC 3339 @throws Usage
 */
function endingTime(flag: string, text: string, now: number): string {
  const [, count, unit] = fromNow.exec(text) ?? []
  const at =
    count === undefined
      ? (readTime(text, 'typed', 'local') ?? Number.NaN)
      : now + Number(count) * units[unit as keyof typeof units]
  const end = new Date(at)
  if (Number.isNaN(end.getTime()))
    throw new Usage(
      `${flag} is not a time.`,
      'Use how long from now, such as 30d or 12h, or a time such as 2027-01-31 or 2027-01-31T12:00Z.',
    )
  if (at <= now) throw new Usage(`${flag} is in the past (${end.toISOString()}).`, 'Use a later time.')
  return end.toISOString()
}

/** The end of what `--expires` says, as the API takes it. @throws Usage */
export function endMember(expires: string | undefined, now: number): { readonly expiresAt?: string } {
  return expires === undefined ? {} : { expiresAt: endingTime('--expires', expires, now) }
}
