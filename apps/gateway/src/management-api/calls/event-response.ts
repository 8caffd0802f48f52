import type { AuditEvent, FoundEvent } from '@rack-gateway/audit'
import { apiPrefix } from '@rack-gateway/gateway-api'
import { actorName } from '@rack-gateway/rbac-policy'
import type { PrincipalCall } from './call.ts'

export function toEventResponse({ id, writtenAt, event }: FoundEvent, { server }: Pick<PrincipalCall, 'server'>) {
  return {
    id,
    link: `${server.managementApi.publicUrl ?? ''}${apiPrefix}/audit/events/${id}`,
    writtenAt: writtenAt.toISOString(),
    event: withActorName(event),
  }
}

/** Older events contain the plain name of an API token, which could be an email address. */
export function withActorName(event: AuditEvent): AuditEvent {
  const { principal } = event
  if (principal === undefined) return event
  return { ...event, principal: { ...principal, name: actorName(principal) } }
}
