import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { Decision } from '@rack-gateway/rbac-policy'
import { Denied } from '../../errors/errors.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { printable } from '../../terminal/terminal.ts'
import { updatePolicyCache, verifyChecksum } from './cache-policy.ts'
import { certainDenial } from './certain-denial.ts'
import { fetchEffectivePolicy } from './fetch-effective-policy.ts'
import type { CallsOfCommand } from './planned-command.ts'
import { type PlannedStepUp, plannedStepUp } from './planned-step-up.ts'
import type { CachedPolicyFile } from './policy-cache-file.ts'
import { readCheckedSnapshot, type Snapshot } from './snapshot.ts'
import { withReport } from './stopped-calls/report-of-error.ts'
import type { StoppedCall } from './stopped-calls/report-stopped-call.ts'
import { wouldBeNote } from './would-be.ts'

export interface OnlineEvaluationOptions {
  readonly now: number
  readonly configPath: string
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

export interface OnlineEvaluation {
  /** The proof of a second factor that the command needs, or null. */
  readonly stepUp: PlannedStepUp | null
  /** What the policy would decide if it were enforced, or null. */
  readonly wouldBe: string | null
}

/**
 * Allows the command if the gateway gives no usable answer. The error of a denial can report the denied call.
 *
 * @throws Denied
 */
export async function evaluateOnline(
  { needed, planned }: CommandCalls,
  { now, configPath, target, path, cached }: OnlineEvaluationOptions,
): Promise<OnlineEvaluation> {
  const snapshot = cached && readCheckedSnapshot(cached.text)
  const entry = { path, cached: snapshot === null ? null : verifyChecksum(cached) }
  const response = await fetchEffectivePolicy(target, entry.cached?.tag ?? null)
  const current = updatePolicyCache(entry, response, now) ?? (response.kind === 'same' ? snapshot : null)
  if (response.kind === 'none' || current === null) return { stepUp: null, wouldBe: null }
  const denial = certainDenial(current, needed.calls, response.at)
  if (denial !== null)
    throw withReport(new Denied(...denialMessage(needed.command, denial.decision, target)), () =>
      reportDenial(denial.call, current, { configPath, target, at: response.at }),
    )
  return {
    stepUp: plannedStepUp(current, planned, response.at),
    wouldBe: wouldBeNote(current, planned.calls, response.at),
  }
}

async function reportDenial(
  call: PlannedCall,
  snapshot: Snapshot,
  { at, ...options }: Pick<StoppedCall, 'configPath' | 'target' | 'at'>,
): Promise<void> {
  const { reportStoppedCall } = await import('./stopped-calls/report-stopped-call.ts')
  await reportStoppedCall({
    ...options,
    at,
    rack: snapshot.rack,
    principal: snapshot.principal.id,
    call,
    async containsSecret() {
      // Imported only when it is used, because the gateway nearly always answers.
      const { hasSecretWords } = await import('./secret-words.ts')
      return hasSecretWords(call, snapshot, at)
    },
  })
}

function denialMessage(
  command: string,
  decision: Decision,
  { origin }: Pick<Target, 'origin'>,
): [reason: string, remedy: string] {
  const { rule, source, reason } = decision
  // The policy knows only the paths of the gateway's pages.
  const remedy =
    decision.effect === 'allow' ? '' : `${decision.remedy.replaceAll(' at /gateway/', ` at ${origin}/gateway/`)} `
  return [
    printable(`"convox ${command}" was not started: ${reason}`),
    printable(`${remedy}(rule ${rule}, from ${source})`),
  ]
}
