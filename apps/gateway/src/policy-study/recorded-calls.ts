import type { AuditEvent } from '@rack-gateway/audit'
import type { RecordedCall } from '@rack-gateway/rbac-policy/simulation'

/** Members that no decision depends on, so their truncation does not matter. */
const irrelevantMembers: ReadonlySet<string> = new Set([
  'source.client',
  'decision.reason',
  'decision.next',
  'decision.wouldBe.reason',
  'decision.wouldBe.next',
  'close',
])

/** Decisions depend on the names of parameters, never on their values. */
const valuesPrefix = 'parameters.values'

/** Null if the event lacks information that a decision needs. */
export function recordedCall(canonical: string): RecordedCall | null {
  const call = callWithHiddenCommand(canonical)
  // Command rules need the words, which are redacted.
  return call?.hidden?.includes('command') ? null : call
}

/** As `recordedCall`, but also calls with a redacted command, for studies that count them. */
export function callWithHiddenCommand(canonical: string): RecordedCall | null {
  const event: Partial<AuditEvent> = JSON.parse(canonical)
  const { at, principal, rack, route, path, decision, truncated = [] } = event
  if (!at || !principal || !rack || !route || !path || !decision) return null
  if (truncated.some(({ field }) => !irrelevantMembers.has(field) && !field.startsWith(valuesPrefix))) return null
  return { ...event, at, principal, rack, route, path, decision }
}
