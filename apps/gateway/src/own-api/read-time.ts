import { InvalidRequest } from '../errors.ts'

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/

/** Milliseconds since the epoch. @throws InvalidRequest */
export function readTime(text: string): number {
  const at = rfc3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at))
    throw new InvalidRequest('expiresAt is a time in UTC, such as 2027-01-31T12:00:00Z', 'send it as one')
  return at
}
