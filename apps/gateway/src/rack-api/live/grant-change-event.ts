import type { EventDraft } from '@rack-gateway/audit'
import type { Allowed, DecidingGrant } from '@rack-gateway/rbac-policy'

/**
 * The event of a call that continues under another grant, or by bindings alone. The list of calls under the grant has
 * this event, because the first event of the call names the previous grant.
 *
 * @param draft the members of the events of the call
 */
export function grantChangeEvent(
  draft: Omit<EventDraft, 'kind'>,
  { effect, rule, source, policy, grant }: Allowed,
  previous: DecidingGrant | null,
): EventDraft {
  return {
    ...draft,
    kind: 'access-request.continued',
    decision: { effect, rule, source, policy, ...(grant && { grant: grant.id }) },
    ...(previous !== null && { detail: { previous: previous.id } }),
  }
}
