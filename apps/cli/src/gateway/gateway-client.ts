import type { Explanation } from '@rack-gateway/errors'
import { type Me, type RenewedSession, readResponse, requestFor } from '@rack-gateway/gateway-api'
import type { Asker } from './gateway-api.ts'
import { errorIn } from './gateway-refusal.ts'
import { type GatewayAnswer, tryGateway } from './gateway-request.ts'

export type MeAnswer =
  | { readonly kind: 'known'; readonly me: Me; readonly expiresAt: string }
  /** The token isn't valid. */
  | {
      readonly kind: 'refused'
      readonly reason: string
      /** What to do, where another token is no remedy: of an account that is locked. */
      readonly next: string | null
    }
  /** The gateway has no such address. */
  | { readonly kind: 'unsupported' }
  /** Nothing can be said now: no connection, or a failure of the server's. */
  | { readonly kind: 'unreachable'; readonly reason: string; readonly next: string }
  /** Its certificate can't be trusted, so it was sent nothing. */
  | { readonly kind: 'distrusted'; readonly words: Explanation }
  /** Something answers, but not as a gateway does. */
  | { readonly kind: 'foreign'; readonly reason: string }

/** Denials of the account that every token of it meets. */
const accountRules: ReadonlySet<string> = new Set(['locked-user', 'disabled-service-account'])

const unknownRefusal = "it has ended, was revoked, or is another gateway's:"

/** Asks the gateway who the token's bearer is. @param deadline milliseconds, where it is less than usual */
export async function askMe({ origin, token, trust }: Asker, deadline?: number): Promise<MeAnswer> {
  const answer = await tryGateway(origin, { ...requestFor('me', {}), token, trust, ...(deadline && { deadline }) })
  if (answer.kind === 'unanswered')
    return answer.distrusted === null
      ? { kind: 'unreachable', reason: answer.reason, next: answer.next }
      : { kind: 'distrusted', words: answer.distrusted }
  if (answer.status === 200) return understood(answer)
  if (answer.status === 401) {
    const error = errorIn(answer.value)
    const isAccount = error !== null && accountRules.has(error.rule)
    return { kind: 'refused', reason: error?.reason ?? unknownRefusal, next: isAccount ? error.remedy : null }
  }
  if (answer.status === 404) return { kind: 'unsupported' }
  const reason = errorIn(answer.value)?.sentence ?? `it answered with status ${answer.status}`
  if (answer.status < 500) return { kind: 'foreign', reason }
  return { kind: 'unreachable', reason, next: 'try again in a moment, and look whether it is ready' }
}

/** Longer than the gateway waits for an identity provider: a token that comes when nobody listens any more is lost. */
export const renewalDeadlineMs = 20_000
const endDeadlineMs = 3_000

/**
 * Asks for a session's new token.
 *
 * @param leaving gives it up
 * @returns `never` when the gateway doesn't renew this one, `later` when it couldn't be asked
 */
export async function askRenewal(
  { origin, token, trust }: Asker,
  leaving?: AbortSignal,
): Promise<RenewedSession | 'never' | 'later'> {
  const answer = await tryGateway(origin, {
    ...requestFor('renewSession', {}),
    token,
    trust,
    deadline: renewalDeadlineMs,
    ...(leaving && { signal: leaving }),
  }).catch(() => null)
  if (answer === null || answer.kind === 'unanswered') return 'later'
  const { status, value } = answer
  if (status === 403 || status === 404 || status === 409) return 'never'
  return (status === 200 && readResponse('renewSession', value)) || 'later'
}

/** Gives a session back that nothing will keep. What goes wrong is nothing to the person: it ends by itself. */
export async function endSession({ origin, token, trust }: Asker, id: string): Promise<void> {
  await tryGateway(origin, { ...requestFor('endSession', { id }), token, trust, deadline: endDeadlineMs })
}

function understood({ value }: GatewayAnswer): MeAnswer {
  const me = readResponse('me', value)
  if (me === null) return { kind: 'foreign', reason: 'its answer is not that of a Rack Gateway' }
  return { kind: 'known', me, expiresAt: new Date(me.expiresAt).toISOString() }
}
