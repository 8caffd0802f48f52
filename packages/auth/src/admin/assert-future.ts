import type { Clock } from '@rack-gateway/time'
import { InvalidExpiry } from '../errors/errors.ts'

/** @throws InvalidExpiry for a time that is less than a second away */
export function assertFuture(clock: Clock, expiresAt: number): void {
  if (!(expiresAt >= clock.now() + 1_000)) throw new InvalidExpiry()
}
