import type { BindingTerms, ListedGrant } from '@rack-gateway/auth/store'
import { readExpiry } from './read-expiry.ts'
import { timeOf } from './times.ts'

/** How long something is given, and why, as a request says it. */
interface LastingRequest {
  readonly expiresAt?: string | undefined
  readonly reason?: string | undefined
}

/** @returns `until` in milliseconds since the epoch, null for no end. @throws InvalidRequest */
export function lastingOf({ expiresAt, reason }: LastingRequest): {
  readonly until: number | null
  readonly lasting: Pick<BindingTerms, 'expiresAt' | 'reason'>
} {
  const until = expiresAt === undefined ? null : readExpiry(expiresAt)
  const end = until === null ? {} : { expiresAt: new Date(until) }
  return { until, lasting: { ...end, ...(reason !== undefined && { reason }) } }
}

/** A grant, as answers show it. */
export function shownGrant({ id, role, permissions, racks, apps, expiresAt, reason }: ListedGrant) {
  return { id, role, permissions: permissions && [...permissions], racks, apps, expiresAt: timeOf(expiresAt), reason }
}

/** Those that have not ended. */
export function standing<G extends ListedGrant>(grants: readonly G[], now: number): G[] {
  return grants.filter(({ expiresAt }) => expiresAt === null || expiresAt.getTime() > now)
}
