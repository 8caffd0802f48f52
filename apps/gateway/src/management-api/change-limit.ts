import type { Principal } from '@rack-gateway/rbac-policy'
import { TooManyRequests, withRule } from '../errors.ts'
import { createAccountLimit } from '../rate-limits/account.ts'
import { countedAs } from '../rate-limits/counted-as.ts'

export type ChangeLimit = (principal: Principal, change: { readonly revokes: boolean }) => void

/**
 * Limits how many changes a principal can make through the management API per minute. Revocations have a limit of their own per
 * credential: an attacker with a stolen credential cannot keep its owner from revoking it with another one.
 *
 * @param now milliseconds of a monotonic clock
 * @returns a function that counts a change. @throws TooManyRequests
 */
export function createChangeLimit(perMinute: number, now: () => number): ChangeLimit {
  const changes = createAccountLimit(perMinute, now)
  const revocations = createAccountLimit(perMinute, now)
  return function countChange(principal, { revokes }) {
    const seconds = revokes ? revocations(principal.credential) : changes(countedAs(principal))
    if (seconds === 0) return
    const reason = `You made more than ${perMinute} ${revokes ? 'revocations' : 'changes'} in the last minute, which is the limit.`
    throw Object.assign(withRule(new TooManyRequests(reason, `Try again in ${seconds} s.`), 'change-limit'), {
      retryAfter: seconds,
    })
  }
}
