import { Unauthenticated } from '@rack-gateway/auth'
import { asSentences, explanationOf } from '@rack-gateway/errors'
import { ruleOf } from '../../errors.ts'
import type { ParsedRequest } from '../parse-request.ts'

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
 * In console mode, "rack-gateway login" does not log the stock CLI in again, so the remedy names what does.
 * `convoxPage` is the page with a new token; null if the gateway has no login.
 *
 * In the response to a console call, the stock CLI shows an authentication error only if the text has the words `cli token is expired`.
 * For any other text, the CLI shows "invalid login" or an empty list of racks.
 */
export function explainExpiredToken(
  error: unknown,
  { consoleCall, isConsoleMode }: Pick<ParsedRequest, 'consoleCall' | 'isConsoleMode'>,
  convoxPage: string | null,
): unknown {
  if (!isConsoleMode) return error
  const explanation = explanationOf(error)
  if (!(error instanceof Unauthenticated) || explanation === null || !expiredRules.has(ruleOf(error) ?? ''))
    return error
  const { reason, remedy } = asSentences(explanation)
  const shown = consoleCall === null ? reason : `This cli token is expired. ${reason}`
  return Object.assign(new Unauthenticated(shown, convoxRemedy(remedy, convoxPage)), detailsOf(error))
}

function convoxRemedy(remedy: string, convoxPage: string | null): string {
  const page = convoxPage === null ? '' : `, or get a new token at ${convoxPage}`
  return remedy
    .replace('Run "rack-gateway login".', `Run "rack-gateway convox-login"${page}.`)
    .replace('"rack-gateway login"', '"rack-gateway convox-login"')
}

/** The properties that the error handler reads. */
function detailsOf(error: Error): object {
  const { rule, account, alarm, detail } = error as Error &
    Partial<Record<'rule' | 'account' | 'alarm' | 'detail', unknown>>
  const details = Object.entries({ rule, account, alarm, detail })
  return Object.fromEntries(details.filter(([, value]) => value !== undefined))
}
