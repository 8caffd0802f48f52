import { readTime } from '@rack-gateway/errors/read-time'
import { InvalidRequest, ruled } from '../errors.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const ago = /^(\d{1,5})([mhd])$/

/** How far back, in milliseconds since the epoch: so long ago, or since a time. @throws InvalidRequest */
export function readSince(text: string, now: number): number {
  const [, amount, unit = ''] = ago.exec(text) ?? []
  const at = amount === undefined ? readTime(text) : now - Number(amount) * (units[unit] ?? 0)
  if (at === null || at < 0 || at > now)
    throw ruled(
      new InvalidRequest(
        'since is how long ago, such as 30d, 12h or 45m, or a past time in UTC, such as 2027-01-31T12:00:00Z',
        'send one of the two',
      ),
      'schema',
    )
  return at
}
