import type { EventDraft } from '@rack-gateway/audit'
import type { FastifyRequest } from 'fastify'
import { actorOf, callEventOf } from '../audit/call-event.ts'
import { sourceOf } from '../http/source.ts'
import type { Failure } from './error-response.ts'

/** If the details of the call cannot be encoded, the event omits them, so that no input can prevent the event. */
export function denialEvent(request: FastifyRequest, failure: Failure, rule: string): EventDraft {
  try {
    return denialDraft(request, failure, rule)
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

function denialDraft(request: FastifyRequest, failure: Failure, rule: string): EventDraft {
  const { status, body } = failure
  const draft = callEventOf(request)
  // A call that was allowed and failed later was not denied, so the event keeps the decision.
  if (status >= 499 && draft.decision?.effect === 'allow') return { ...draft, kind: 'call', status, close: body.error }
  // A denial of the policy keeps the policy's reason.
  if (draft.decision && draft.decision.effect !== 'allow') return { ...draft, kind: 'call', status }
  const { source, policy, reason, next } = body
  const effect = body.stepUp === undefined ? 'deny' : 'require'
  return { ...draft, kind: 'call', status, decision: { effect, rule, source, reason, next, policy } }
}
