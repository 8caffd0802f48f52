import { InvalidRequest, ruled } from '../errors.ts'

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const ago = /^(\d{1,5})([mhd])$/
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/

/** How far back, in milliseconds since the epoch: so long ago, or since a time. @throws InvalidRequest */
export function readSince(text: string, now: number): number {
  const [, amount, unit = ''] = ago.exec(text) ?? []
  const at = amount === undefined ? timeOf(text) : now - Number(amount) * (units[unit] ?? 0)
  if (Number.isNaN(at) || at < 0 || at > now)
    throw ruled(
      new InvalidRequest(
        'since is how long ago, such as 30d, 12h or 45m, or a past time in UTC, such as 2027-01-31T12:00:00Z',
        'send one of the two',
      ),
      'schema',
    )
  return at
}

function timeOf(text: string): number {
  return rfc3339.test(text) ? Date.parse(text) : Number.NaN
}
