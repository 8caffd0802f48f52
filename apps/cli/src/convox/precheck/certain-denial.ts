import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Decision, decidePlanned, isAlwaysDenied } from '@rack-gateway/rbac-policy'
import type { Snapshot } from './snapshot.ts'

/** Until the command's first call reaches the gateway. */
const onTheWay = 5_000

/** A refusal at the gateway's own time, and still one a moment later: when a binding has begun, or office hours have. */
export function certainDenial(snapshot: Snapshot, calls: readonly PlannedCall[], at: number): Decision | null {
  return firstDenial(snapshot, calls, at + onTheWay) && firstDenial(snapshot, calls, at)
}

/** Of the calls that a command can't do without, the refusal that comes first whatever the rack tells; null for none. */
export function firstDenial(snapshot: Snapshot, calls: readonly PlannedCall[], at: number): Decision | null {
  const question = { ...snapshot, at, address: null }
  for (const call of calls) {
    const planned = decidePlanned(question, call)
    if (isAlwaysDenied(planned, call, question)) return planned.decision
  }
  return null
}
