import type { BindingTerms, ListedBinding } from '@rack-gateway/auth/store'
import { InvalidRequest } from '../../errors/errors.ts'
import { formatTime } from '../calls/format-time.ts'
import { readExpiry } from './read-expiry.ts'

const maxScopes = 50

interface TermsRequest {
  readonly expiresAt?: string | undefined
  readonly reason?: string | undefined
}

/** @returns `until` in milliseconds since the epoch, null for no expiry. @throws InvalidRequest */
export function readTerms({ expiresAt, reason }: TermsRequest): {
  readonly until: number | null
  readonly terms: Pick<BindingTerms, 'expiresAt' | 'reason'>
} {
  const until = expiresAt === undefined ? null : readExpiry(expiresAt)
  const end = until === null ? {} : { expiresAt: new Date(until) }
  return { until, terms: { ...end, ...(reason !== undefined && { reason }) } }
}

/** Each scope becomes a binding. @throws InvalidRequest */
export function assertFewScopes(scopes: readonly unknown[]): void {
  if (scopes.length <= maxScopes) return
  throw new InvalidRequest(
    `The request has ${scopes.length} combinations of racks and apps, and at most ${maxScopes} are possible.`,
    'Use patterns with *.',
  )
}

export function toBindingSummary({ id, role, permissions, racks, apps, expiresAt, reason }: ListedBinding) {
  return {
    id,
    role,
    permissions: permissions && [...permissions],
    racks,
    apps,
    expiresAt: formatTime(expiresAt),
    reason,
  }
}

export function activeBindings<G extends Pick<ListedBinding, 'expiresAt'>>(bindings: readonly G[], now: number): G[] {
  return bindings.filter(({ expiresAt }) => expiresAt === null || expiresAt.getTime() > now)
}
