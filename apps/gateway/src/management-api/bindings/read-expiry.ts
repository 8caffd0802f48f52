import { readTime } from '@rack-gateway/time'
import { InvalidRequest } from '../../errors/errors.ts'

/** Milliseconds since the epoch. @throws InvalidRequest */
export function readExpiry(text: string): number {
  const at = readTime(text)
  if (at === null)
    throw new InvalidRequest('`expiresAt` is not a time in UTC.', 'Use a time such as 2027-01-31T12:00:00Z.')
  return at
}
