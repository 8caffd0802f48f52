import type { AuditEvent } from '@rack-gateway/audit'
import type { FoundEvent } from '@rack-gateway/audit/search'
import { actorName } from '@rack-gateway/rbac-policy'
import type { OwnCall } from './call.ts'
import { apiPrefix } from './endpoints.ts'

/** An event of the log, and where it is found again. */
export function shownEvent({ id, writtenAt, event }: FoundEvent, { publicUrl }: Pick<OwnCall, 'publicUrl'>) {
  return {
    id,
    link: `${publicUrl ?? ''}${apiPrefix}/audit/events/${id}`,
    writtenAt: writtenAt.toISOString(),
    event: withActorName(event),
  }
}

/** Older events have an API token's own name, which could be an e-mail address. */
export function withActorName(event: AuditEvent): AuditEvent {
  const { principal } = event
  if (principal === undefined) return event
  return { ...event, principal: { ...principal, name: actorName(principal) } }
}
