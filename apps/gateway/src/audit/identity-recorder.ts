import type { EventDraft } from '@rack-gateway/audit'
import type { RecordIdentityEvents } from '@rack-gateway/auth'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorOf, sourceOf } from './call-event.ts'

/** Records changes of identities with the call that they came by, in the name of its caller where there is one. */
export function identityRecorder(app: FastifyInstance, request: FastifyRequest): RecordIdentityEvents {
  const { principal } = request
  const common = {
    request: request.id,
    source: sourceOf(request),
    ...(principal && { principal: actorOf(principal, null) }),
  }
  return async function record(events) {
    const decided = { source: 'gateway', policy: app.policy.hash }
    await Promise.all(
      events.map(({ decision, ...event }) =>
        app.audit.record({ ...event, ...common, ...decidedBy(request, decision && { ...decision, ...decided }) }),
      ),
    )
  }
}

/** The event's own decision, else that by which the call was let in. */
function decidedBy({ endpointDecision }: FastifyRequest, own: EventDraft['decision']): Pick<EventDraft, 'decision'> {
  const decision = own ?? (endpointDecision && { ...endpointDecision })
  return decision ? { decision } : {}
}
