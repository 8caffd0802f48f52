import { StartTooLate } from './errors.ts'

const maxAhead = 7 * 24 * 3_600_000

/** A start in the past counts as none. */
export function futureStart(startsAt: number | null, now: number): number | null {
  return startsAt !== null && startsAt > now ? startsAt : null
}

/** @throws StartTooLate */
export function assertStartIsNear(startsAt: number | null, now: number): void {
  if (startsAt !== null && startsAt > now + maxAhead) throw new StartTooLate()
}
