import type { Limits } from '@rack-gateway/config'
import { TooManyCalls } from '../errors.ts'
import { createFairLimit, type FairLimit } from '../rate-limits/fair-limit.ts'

/**
 * Limits how many denials of one principal are being recorded at once.
 * Without a limit, one principal could fill the write queue of the audit log, in which all calls wait.
 */
export function createDenialLimit({ callsPerPrincipal }: Pick<Limits, 'callsPerPrincipal'>): FairLimit {
  return createFairLimit({
    perPrincipal: callsPerPrincipal,
    total: Number.POSITIVE_INFINITY,
    waiting: callsPerPrincipal,
    refusal: () =>
      new TooManyCalls(
        'Too many of your calls were denied at once.',
        `Try again in ${retryAfter} s, and do not repeat denied calls.`,
        { rule: 'call-limit', retryAfter },
      ),
  })
}

/** Seconds. */
const retryAfter = 5
