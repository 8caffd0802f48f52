import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type Decision, decidePlanned, isAlwaysDenied } from '@rack-gateway/rbac-policy'
import type { Snapshot } from './snapshot.ts'

/** Milliseconds within which the first call of the command reaches the gateway. */
const startDelay = 5_000

export interface DeniedCall {
  readonly call: PlannedCall
  readonly decision: Decision
}

/**
 * Returns a denial only if the policy denies both now and after `startDelay`, because a binding or office hours could
 * begin meanwhile.
 *
 * @param at the gateway's time, in milliseconds since the epoch
 */
export function certainDenial(snapshot: Snapshot, calls: readonly PlannedCall[], at: number): DeniedCall | null {
  return firstDenial(snapshot, calls, at + startDelay) && firstDenial(snapshot, calls, at)
}

/** The first denial of a call that the policy denies whatever the rack answers; null if there is none. */
export function firstDenial(snapshot: Snapshot, calls: readonly PlannedCall[], at: number): DeniedCall | null {
  const question = { ...snapshot, at, address: null }
  for (const call of calls) {
    const planned = decidePlanned(question, call)
    if (isAlwaysDenied(planned, call, question)) return { call, decision: planned.decision }
  }
  return null
}
