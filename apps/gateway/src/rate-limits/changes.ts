import type { Limits } from '@rack-gateway/config'
import type { Principal } from '@rack-gateway/rbac-policy'
import fp from 'fastify-plugin'
import { TooManyRequests } from '../errors/errors.ts'
import { limitKeyOf } from './limit-key.ts'
import { createWindowLimit } from './window-limit.ts'

type ReportLimit = (principal: Principal) => void
type ChangeLimit = (principal: Principal, change: { readonly isRevocation: boolean }) => void

declare module 'fastify' {
  interface FastifyInstance {
    /** @throws TooManyRequests above the limit */
    countChange: ChangeLimit
    /** Counts a report of a call that was not sent. @throws TooManyRequests above the limit */
    countReport: ReportLimit
  }
}

/** One limit for all changes, through the management API and on pages. */
export default fp<{ readonly limits: Pick<Limits, 'changesPerMinute'> }>(
  async function changeLimit(app, { limits }) {
    const now = () => performance.now()
    app.decorate('countChange', createChangeLimit(limits.changesPerMinute, now))
    app.decorate('countReport', createReportLimit(limits.changesPerMinute, now))
  },
  { name: 'change-limit' },
)

/**
 * Revocations have a limit of their own, which counts by credential. So an attacker with a stolen credential cannot use
 * up the limit of the owner, who revokes that credential with another one.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createChangeLimit(perMinute: number, now: () => number): ChangeLimit {
  const changes = createWindowLimit(perMinute, now)
  const revocations = createWindowLimit(perMinute, now)
  return function countChange(principal, { isRevocation }) {
    const seconds = isRevocation ? revocations(principal.credential) : changes(limitKeyOf(principal))
    if (seconds === 0) return
    const reason = `You made more than ${perMinute} ${isRevocation ? 'revocations' : 'changes'} in the last minute, which is the limit.`
    throw new TooManyRequests(reason, `Try again in ${seconds} s.`, { rule: 'change-limit', retryAfter: seconds })
  }
}

/**
 * As many as changes, with a limit of their own, so that a script whose commands are stopped cannot prevent changes of
 * the same person.
 *
 * @param now milliseconds of a monotonic clock
 */
export function createReportLimit(perMinute: number, now: () => number): ReportLimit {
  const reports = createWindowLimit(perMinute, now)
  return function countReport(principal) {
    const seconds = reports(limitKeyOf(principal))
    if (seconds === 0) return
    const reason = `You reported more than ${perMinute} stopped calls in the last minute, which is the limit.`
    throw new TooManyRequests(reason, `Try again in ${seconds} s.`, { rule: 'change-limit', retryAfter: seconds })
  }
}
