import { Unauthenticated } from '@rack-gateway/auth'
import { asSentences, explanationOf } from '@rack-gateway/errors'
import { ruleOf } from '../../errors.ts'

/** Rules of credentials that were valid before, or will be valid again when an administrator unlocks their owner. */
const expiredRules: ReadonlySet<string> = new Set([
  'expired-token',
  'expired-jwt',
  'ended-session',
  'superseded-token',
  'revoked-token',
  'revoked-trust',
  'unknown-token',
  'locked-user',
  'disabled-service-account',
])

/**
 * In console mode, the stock CLI shows an authentication error only if the text has the words `cli token is expired`.
 * For any other text, the CLI shows "invalid login" or an empty list of racks.
 */
export function explainExpiredToken(error: unknown): unknown {
  const explanation = explanationOf(error)
  if (!(error instanceof Unauthenticated) || explanation === null || !expiredRules.has(ruleOf(error) ?? ''))
    return error
  const { reason, remedy } = asSentences(explanation)
  return Object.assign(new Unauthenticated(`This cli token is expired. ${reason}`, remedy), detailsOf(error))
}

/** The properties that the error handler reads. */
function detailsOf(error: Error): object {
  const { rule, account, alarm, detail } = error as Error &
    Partial<Record<'rule' | 'account' | 'alarm' | 'detail', unknown>>
  const details = Object.entries({ rule, account, alarm, detail })
  return Object.fromEntries(details.filter(([, value]) => value !== undefined))
}
