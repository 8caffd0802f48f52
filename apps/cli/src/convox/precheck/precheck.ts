import { withTimeout } from '@rack-gateway/time'
import { Denied } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { appContextAt } from './app-context.ts'
import { firstDenial } from './certain-denial.ts'
import { neededCalls, plannedCommand } from './planned-command.ts'
import { type PlannedStepUp, plannedStepUp } from './planned-step-up.ts'
import { type CachedPolicyFile, policyCachePath, readPolicyCacheFile } from './policy-cache-file.ts'
import { readCheckedSnapshot } from './snapshot.ts'
import { hasKeptReports } from './stopped-calls/kept-directory.ts'
import { wouldBeNote } from './would-be.ts'

/** The result for an allowed command. */
export interface PrecheckResult {
  /** The proof of a second factor that the command needs, or null. */
  readonly stepUp: PlannedStepUp | null
  /** While convox runs: updates the cached policy, and reports calls of earlier commands. Never rejects. @param ended resolves when convox has ended */
  refresh(ended: Promise<void>): Promise<void>
}

const unchecked = { stepUp: null, refresh: async () => undefined } as const satisfies PrecheckResult

/** Milliseconds for which a cached policy needs no refresh. */
const freshTime = 60_000
/** Milliseconds before the refresh begins, so that it does not delay short commands. */
const refreshDelay = 250

/**
 * Denies a command only if the gateway would certainly deny it. Prints what the policy would deny if it were enforced.
 * The cached policy may be outdated, so the gateway is asked before a denial, before a proof of a second factor, and for
 * a command that depends on observe mode. If the gateway does not answer, convox starts.
 *
 * @throws Denied
 */
export async function precheck(context: Context, target: Target, words: readonly string[]): Promise<PrecheckResult> {
  const appContext = appContextAt(context)
  if (appContext === null) return unchecked
  const path = policyCachePath(context.configPath, target)
  const cached = readPolicyCacheFile(path, context.now)
  const planned = plannedCommand(words, appContext)
  if (planned.kind === 'local' && planned.command === 'rack kubeconfig')
    throw new Denied(
      'The gateway does not forward the API of the cluster, so the file of "convox rack kubeconfig" would not work.',
      'Use convox, such as "ps", "logs", and "exec", or ask the infrastructure team for its own access to the cluster.',
    )
  const needed = neededCalls(planned)
  let stepUp: PlannedStepUp | null = null
  if (needed !== null && planned.kind === 'calls') {
    const snapshot = cached && readCheckedSnapshot(cached.text)
    const isAllowed =
      snapshot !== null &&
      firstDenial(snapshot, needed.calls, context.now) === null &&
      plannedStepUp(snapshot, planned, context.now) === null &&
      wouldBeNote(snapshot, planned.calls, context.now) === null
    if (!isAllowed) {
      const { evaluateOnline } = await import('./evaluate-online.ts')
      const { wouldBe, ...evaluation } = await evaluateOnline({ needed, planned }, { ...context, target, path, cached })
      stepUp = evaluation.stepUp
      if (wouldBe !== null) context.note(wouldBe)
    }
  }
  return cached === null
    ? { ...unchecked, stepUp }
    : {
        stepUp,
        async refresh(ended) {
          await Promise.all([
            refreshIfOld(context, target, { path, cached, ended }),
            reportEarlierCalls(context, target, { cached, ended }),
          ])
        },
      }
}

/** Reports calls of earlier commands that were stopped while the gateway did not answer. */
async function reportEarlierCalls(
  { configPath }: Context,
  target: Target,
  { cached, ended }: { readonly cached: CachedPolicyFile; readonly ended: Promise<void> },
): Promise<void> {
  const principal = hasKeptReports(configPath) ? readCheckedSnapshot(cached.text)?.principal.id : undefined
  if (principal === undefined) return
  const { sendKeptReportsUntil } = await import('./stopped-calls/send-kept-reports.ts')
  await sendKeptReportsUntil(ended, { configPath, target, principal })
}

async function refreshIfOld(
  context: Context,
  target: Target,
  { path, cached, ended }: { readonly path: string; readonly cached: CachedPolicyFile; readonly ended: Promise<void> },
): Promise<void> {
  if (
    context.now - cached.checkedAt < freshTime ||
    (await withTimeout(
      ended.then(() => true),
      refreshDelay,
      () => false,
    ))
  )
    return
  const { refreshPolicyCache } = await import('./refresh-policy-cache.ts')
  await refreshPolicyCache(context, target, { path, cached }, ended)
}
