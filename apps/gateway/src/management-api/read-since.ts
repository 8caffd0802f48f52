import { readTime } from '@rack-gateway/time'
import { InvalidRequest } from '../errors.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const duration = /^(\d{1,5})([mhd])$/

/** Milliseconds since the epoch. @param text a duration before `now`, or a time. @throws InvalidRequest */
export function readSince(text: string, now: number): number {
  const [, amount, unit = ''] = duration.exec(text) ?? []
  const at = amount === undefined ? readTime(text) : now - Number(amount) * (units[unit] ?? 0)
  if (at === null || at < 0 || at > now)
    throw new InvalidRequest(
      '`since` is neither a duration nor a past time in UTC.',
      'Use a duration such as 30d, 12h, or 45m, or a time such as 2027-01-31T12:00:00Z.',
      { rule: 'schema' },
    )
  return at
}
