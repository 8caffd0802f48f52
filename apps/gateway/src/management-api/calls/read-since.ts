import { readDuration, readTime } from '@rack-gateway/time'
import { InvalidRequest } from '../../errors/errors.ts'

/** Milliseconds since the epoch. @param text a duration before `now`, or a time. @throws InvalidRequest */
export function readSince(text: string, now: number): number {
  return readPast('since', text, now)
}

/** As `readSince`. @param since the start of the range. @throws InvalidRequest */
export function readUntil(text: string, since: number, now: number): number {
  const until = readPast('until', text, now)
  if (until >= since) return until
  throw new InvalidRequest(
    '`until` is before `since`.',
    'Use a later time for `until`, or an earlier one for `since`.',
    {
      rule: 'schema',
    },
  )
}

function readPast(name: string, text: string, now: number): number {
  const duration = readDuration(text)
  const at = duration === null ? readTime(text) : now - duration
  if (at === null || at < 0 || at > now)
    throw new InvalidRequest(
      `\`${name}\` is neither a duration nor a past time in UTC.`,
      'Use a duration such as 30d, 12h, or 45m, or a time such as 2027-01-31T12:00:00Z.',
      { rule: 'schema' },
    )
  return at
}
