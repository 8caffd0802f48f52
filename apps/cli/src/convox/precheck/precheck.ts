import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Context } from '../../context.ts'
import type { Target } from '../../target/target.ts'
import { appContextAt } from './app-context.ts'
import { firstDenial } from './certain-denial.ts'
import { neededCalls, plannedCommand } from './planned-command.ts'
import { type PlannedStepUp, plannedStepUp } from './planned-step-up.ts'
import { type CachedPolicyFile, policyCachePath, readPolicyCacheFile } from './policy-cache-file.ts'
import { readCheckedSnapshot } from './snapshot.ts'

/** The result for a permitted command. */
export interface PrecheckResult {
  /** The proof of a second factor that the command needs, or null. */
  readonly stepUp: PlannedStepUp | null
  /** Updates the cached policy while convox runs. Never rejects. @param ended resolves when convox has ended */
  refresh(ended: Promise<void>): Promise<void>
}

const unchecked = { stepUp: null, refresh: async () => undefined } as const satisfies PrecheckResult

/** Milliseconds for which a cached policy needs no refresh. */
const freshTime = 60_000
/** Milliseconds before the refresh begins, so that it does not delay short commands. */
const refreshDelay = 250

/**
 * Denies a command only if the gateway would certainly deny it. The cached policy may be outdated, so the gateway is
 * asked before a denial, and before a proof of a second factor. If the gateway does not answer, convox starts.
 *
 * @throws Denied
 */
export async function precheck(context: Context, target: Target, words: readonly string[]): Promise<PrecheckResult> {
  const appContext = appContextAt(context)
  if (appContext === null) return unchecked
  const path = policyCachePath(context.configPath, target)
  const cached = readPolicyCacheFile(path, context.now)
  const planned = plannedCommand(words, appContext)
  const needed = neededCalls(planned)
  let stepUp: PlannedStepUp | null = null
  if (needed !== null && planned.kind === 'calls') {
    const snapshot = cached && readCheckedSnapshot(cached.text)
    const isPermitted =
      snapshot !== null &&
      firstDenial(snapshot, needed.calls, context.now) === null &&
      plannedStepUp(snapshot, planned, context.now) === null
    if (!isPermitted) {
      const { evaluateOnline } = await import('./evaluate-online.ts')
      stepUp = await evaluateOnline({ needed, planned }, { now: context.now, target, path, cached })
    }
  }
  return cached === null
    ? { ...unchecked, stepUp }
    : { stepUp, refresh: (ended) => refreshIfOld(context, target, { path, cached, ended }) }
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
