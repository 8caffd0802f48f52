import type { Decision } from '@rack-gateway/rbac-policy'
import { Denied } from '../../errors.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { updatePolicyCache, verifyChecksum } from './cache-policy.ts'
import { certainDenial } from './certain-denial.ts'
import { fetchEffectivePolicy } from './fetch-effective-policy.ts'
import type { CallsOfCommand } from './planned-command.ts'
import { type PlannedStepUp, plannedStepUp } from './planned-step-up.ts'
import type { CachedPolicyFile } from './policy-cache-file.ts'
import { readCheckedSnapshot } from './snapshot.ts'

export interface OnlineEvaluationOptions {
  readonly now: number
  readonly target: Target
  /** The file of the cached policy. */
  readonly path: string
  readonly cached: CachedPolicyFile | null
}

export interface CommandCalls {
  readonly needed: CallsOfCommand
  /** All calls of the command, including calls that it does not need. */
  readonly planned: CallsOfCommand
}

/**
 * Permits the command if the gateway gives no usable answer.
 *
 * @returns the proof of a second factor that the command needs, or null
 * @throws Denied
 */
export async function evaluateOnline(
  { needed, planned }: CommandCalls,
  { now, target, path, cached }: OnlineEvaluationOptions,
): Promise<PlannedStepUp | null> {
  const snapshot = cached && readCheckedSnapshot(cached.text)
  const entry = { path, cached: snapshot === null ? null : verifyChecksum(cached) }
  const answer = await fetchEffectivePolicy(target, entry.cached?.tag ?? null)
  const current = updatePolicyCache(entry, answer, now) ?? (answer.kind === 'same' ? snapshot : null)
  if (answer.kind === 'none' || current === null) return null
  const denial = certainDenial(current, needed.calls, answer.at)
  if (denial !== null) throw new Denied(...denialMessage(needed.command, denial))
  return plannedStepUp(current, planned, answer.at)
}

function denialMessage(command: string, decision: Decision): [reason: string, remedy: string] {
  const { rule, source, reason } = decision
  const remedy = decision.effect === 'allow' ? '' : `${decision.remedy} `
  return [
    printable(`"convox ${command}" was not started: ${reason}`),
    printable(`${remedy}(rule ${rule}, from ${source})`),
  ]
}
