import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Context } from '../../context.ts'
import type { Target } from '../../target/target.ts'
import { appContextAt } from './app-context.ts'
import { firstDenial } from './certain-denial.ts'
import { neededCalls, plannedCommand } from './planned-command.ts'
import { type CachedPolicyFile, policyCachePath, readPolicyCacheFile } from './policy-cache-file.ts'
import { readCheckedSnapshot } from './snapshot.ts'

/** The result for a permitted command. */
export interface PrecheckResult {
  /** Updates the cached policy while convox runs. Never rejects. @param ended resolves when convox has ended */
  refresh(ended: Promise<void>): Promise<void>
}

const noRefresh: PrecheckResult = { refresh: async () => undefined }

/** Milliseconds for which a cached policy needs no refresh. */
const fresh = 60_000
/** Milliseconds before the refresh begins, so that it does not delay short commands. */
const refreshDelay = 250

/**
 * Denies a convox command that the gateway would certainly deny. The cached policy may be outdated, so it only permits: the
 * gateway is asked before a denial. If the result is uncertain or there is no answer, convox starts and the gateway decides.
 *
 * @throws Denied
 */
export async function precheck(context: Context, target: Target, words: readonly string[]): Promise<PrecheckResult> {
  const appContext = appContextAt(context)
  if (appContext === null) return noRefresh
  const path = policyCachePath(context.configPath, target)
  const cached = readPolicyCacheFile(path, context.now)
  const needed = neededCalls(plannedCommand(words, appContext))
  if (needed !== null) {
    const snapshot = cached && readCheckedSnapshot(cached.text)
    if (snapshot === null || firstDenial(snapshot, needed.calls, context.now) !== null) {
      const { evaluateOnline } = await import('./evaluate-online.ts')
      await evaluateOnline(needed, { now: context.now, target, path, cached })
    }
  }
  return cached === null ? noRefresh : { refresh: (ended) => refreshIfOld(context, target, { path, cached, ended }) }
}

async function refreshIfOld(
  context: Context,
  target: Target,
  { path, cached, ended }: { readonly path: string; readonly cached: CachedPolicyFile; readonly ended: Promise<void> },
): Promise<void> {
  if (
    context.now - cached.checkedAt < fresh ||
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
