import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { decidePlanned } from '@rack-gateway/rbac-policy'
import { printable } from '../../terminal/terminal.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * What the policy would decide about a call of the command if it were enforced.
 *
 * @returns a line to print; null if no call depends on observe mode
 */
export function wouldBeNote(snapshot: Snapshot, calls: readonly PlannedCall[], at: number): string | null {
  if (snapshot.observing === null || at >= snapshot.observing.until) return null
  const question = { ...snapshot, at, address: null }
  for (const call of calls) {
    const { decision } = decidePlanned(question, call)
    if (decision.effect !== 'allow' || decision.wouldBe === undefined) continue
    const { effect, rule, source, reason, remedy } = decision.wouldBe
    const end = new Date(snapshot.observing.until).toISOString()
    return printable(
      `Would ${effect === 'deny' ? 'be denied' : 'need a step-up'} when enforced: ${reason} ${remedy} (rule ${rule}, from ${source}) The rack ${snapshot.rack} is in observe mode until ${end}.`,
    )
  }
  return null
}
