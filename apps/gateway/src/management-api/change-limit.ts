import type { Principal } from '@rack-gateway/rbac-policy'
import { ruled, TooManyRequests } from '../errors.ts'
import { countedAs } from '../rack-api/call-limits.ts'
import { createAccountLimit } from '../rate-limits/account.ts'

export type ChangeLimit = (principal: Principal, change: { readonly revokes: boolean }) => void

/**
 * Limits what one principal changes through the management API in a minute. Revocations are counted apart and by credential:
 * whoever floods with a stolen one does not keep its owner from revoking it with another.
 *
 * @param now milliseconds of a clock that never goes back
 * @returns counts a change. @throws TooManyRequests
 */
export function createChangeLimit(perMinute: number, now: () => number): ChangeLimit {
  const changes = createAccountLimit(perMinute, now)
  const revocations = createAccountLimit(perMinute, now)
  return function countChange(principal, { revokes }) {
    const seconds = revokes ? revocations(principal.credential) : changes(countedAs(principal))
    if (seconds === 0) return
    const reason = `You made more than ${perMinute} ${revokes ? 'revocations' : 'changes'} in the last minute, which is the most that the gateway allows.`
    throw Object.assign(ruled(new TooManyRequests(reason, `Try again in ${seconds} s.`), 'change-limit'), {
      retryAfter: seconds,
    })
  }
}
