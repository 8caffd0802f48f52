import type { AuditEvent } from '@rack-gateway/audit'
import { actorName } from '@rack-gateway/rbac-policy'
import type { RecordedCall } from '@rack-gateway/rbac-policy/simulation'

/** What of an event was cut and nothing is decided by. */
const undecided: ReadonlySet<string> = new Set(['source.client', 'decision.reason', 'decision.next', 'close'])

/** Names are decided by, values never. */
const ofValues = 'parameters.values'

/** The call that an event records; null where the event doesn't say enough. */
export function recordedCall(canonical: string): RecordedCall | null {
  const event: Partial<AuditEvent> = JSON.parse(canonical)
  const { at, principal, rack, route, path, decision, truncated = [], hidden = [] } = event
  if (!at || !principal || !rack || !route || !path || !decision) return null
  // Rules are about the words that were typed.
  if (hidden.includes('command')) return null
  if (truncated.some(({ field }) => !undecided.has(field) && !field.startsWith(ofValues))) return null
  return { ...event, at, principal: { ...principal, name: actorName(principal) }, rack, route, path, decision }
}
