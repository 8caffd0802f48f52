import type { EventDraft } from '@rack-gateway/audit'
import type { FastifyRequest } from 'fastify'
import type { Failure } from '../http/error-response.ts'
import { actorOf, draftOf, sourceOf } from './call-event.ts'

/** The event of a call that didn't come through. What of it can't be told is left out, with the reason in the log: no text of a caller's prevents the record. */
export function refusalEvent(request: FastifyRequest, failure: Failure, rule: string): EventDraft {
  try {
    return refusalDraft(request, failure, rule)
  } catch (err) {
    request.log.error({ event: 'call.untold', rule, err })
    const { source, policy, reason, next } = failure.body
    return {
      kind: 'call',
      request: request.id,
      source: sourceOf(request),
      method: request.method,
      ...(request.principal && { principal: actorOf(request.principal, null) }),
      status: failure.status,
      decision: { effect: 'deny', rule, source, reason, next, policy },
    }
  }
}

/** Refused by a rule, or permitted and then failed. */
function refusalDraft(request: FastifyRequest, failure: Failure, rule: string): EventDraft {
  const { status, body } = failure
  const draft = draftOf(request)
  if (status >= 499 && draft.decision?.effect === 'allow') return { ...draft, kind: 'call', status, close: body.error }
  // What the policy refused is recorded in its own words.
  if (draft.decision && draft.decision.effect !== 'allow') return { ...draft, kind: 'call', status }
  const { source, policy, reason, next } = body
  const decision = { effect: 'deny' as const, rule, source, reason, next, policy }
  return { ...draft, kind: 'call', status, decision }
}
