import { InvalidExpiry } from './errors.ts'

/** Milliseconds since the epoch, unless documented otherwise. */
export interface Clock {
  now(): number
}

/** @throws InvalidExpiry for a time that is less than a second away */
export function assertFuture(clock: Clock, expiresAt: number): void {
  if (!(expiresAt >= clock.now() + 1_000)) throw new InvalidExpiry()
}
