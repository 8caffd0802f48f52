import type { BindingSummary } from '@rack-gateway/gateway-api'
import { expiryOf } from '../token/expiry.ts'

/** `expires in 3 days`; empty if it does not expire. */
export function expiryText(expiresAt: string | null, now: number): string {
  const expiry = expiryOf(expiresAt ?? undefined, now)
  return expiry.state === 'unknown' ? '' : expiry.words
}

/** A role or permissions, with their scope: `ci on staging/web-*`. */
export function bindingText({
  role,
  permissions,
  racks,
  apps,
}: Pick<BindingSummary, 'role' | 'permissions' | 'racks' | 'apps'>): string {
  return `${permissions === null ? role : permissions.join(', ')} on ${racks}/${apps}`
}

/** `2027-01-31 12:00`, in UTC; empty for null. */
export function minuteText(time: string | null): string {
  return time === null ? '' : time.slice(0, 16).replace('T', ' ')
}
