import type { EventDraft } from '@rack-gateway/audit'
import type { RecordIdentityEvents } from '@rack-gateway/auth'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { sourceOf } from '../http/source.ts'
import { actorOf, endpointDecisionRecord, proofRecord } from './call-event.ts'

export function identityRecorder(app: FastifyInstance, request: FastifyRequest): RecordIdentityEvents {
  const { principal } = request
  const common = { request: request.id, source: sourceOf(request) }
  const actor = principal && { principal: actorOf(principal, null) }
  return async function record(events) {
    const source = { source: 'gateway', policy: app.policy.hash }
    await Promise.all(
      events.map(({ decision, ...event }) =>
        app.audit.record({
          ...event,
          ...common,
          // A change of the clock, or of a rule, is not the caller's, even if it is stored in the caller's transaction.
          ...(event.principal.kind !== 'system' && actor),
          ...decisionOf(request, decision && { ...decision, ...source }),
          ...(request.proof && { proof: proofRecord(request.proof) }),
        }),
      ),
    )
  }
}

function decisionOf(
  { endpointDecision }: FastifyRequest,
  eventDecision: EventDraft['decision'],
): Pick<EventDraft, 'decision'> {
  const decision = eventDecision ?? (endpointDecision && endpointDecisionRecord(endpointDecision))
  return decision ? { decision } : {}
}
