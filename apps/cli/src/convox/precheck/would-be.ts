import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { decidePlanned, evaluateScenarios, type PlannedQuestion, type WouldBe } from '@rack-gateway/rbac-policy'
import { printable } from '../../terminal/terminal.ts'
import { mayStopCommand } from './planned-command.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * What the policy would decide about a call of the command if it were enforced.
 *
 * @param calls all calls of the command
 * @returns a line to print; null if no call depends on observe mode
 */
export function wouldBeNote(snapshot: Snapshot, calls: readonly PlannedCall[], at: number): string | null {
  if (snapshot.observing === null || at >= snapshot.observing.until) return null
  const question = { ...snapshot, at, address: null }
  for (const call of calls.filter(mayStopCommand)) {
    const observed = observedScenario(question, call)
    if (observed === null) continue
    const { effect, rule, source, reason, remedy } = observed.wouldBe
    const condition = observed.when === null ? '' : ` if ${observed.when}`
    const end = new Date(snapshot.observing.until).toISOString()
    return printable(
      `Would ${effect === 'deny' ? 'be denied' : 'need a step-up'} when enforced${condition}: ${reason} ${remedy} (rule ${rule}, from ${source}) The rack ${snapshot.rack} is in observe mode until ${end}.`,
    )
  }
  return null
}

/** `when` is null if the policy allows the call in no scenario. */
function observedScenario(
  question: PlannedQuestion,
  call: PlannedCall,
): { readonly wouldBe: WouldBe; readonly when: string | null } | null {
  const { decision, otherwise } = decidePlanned(question, call)
  if (decision.effect !== 'allow') return null
  if (decision.wouldBe !== undefined) return { wouldBe: decision.wouldBe, when: null }
  if (otherwise === null) return null
  for (const { when, decision: other } of evaluateScenarios(question, call))
    if (other.effect === 'allow' && other.wouldBe !== undefined) return { wouldBe: other.wouldBe, when }
  return null
}
