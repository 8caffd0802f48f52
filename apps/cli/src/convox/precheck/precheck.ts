import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { Context } from '../../context.ts'
import type { Target } from '../../target/target.ts'
import { appContextAt } from './app-context.ts'
import { firstDenial } from './certain-denial.ts'
import { neededCalls, plannedCommand } from './planned-command.ts'
import { type CachedPolicyFile, policyCachePath, readPolicyCacheFile } from './policy-cache-file.ts'
import { readCheckedSnapshot } from './snapshot.ts'

/** What may be done while convox runs. */
export interface Passed {
  /** Sees to what is kept, for the next time. Never rejects. @param ended resolves when convox has ended */
  refresh(ended: Promise<void>): Promise<void>
}

const nothingToDo: Passed = { refresh: async () => undefined }

/** A snapshot that was asked for so lately isn't asked for again while convox runs. */
const recently = 60_000
/** What ends sooner isn't kept waiting by a question of ours, nor by loading what asks it. */
const settled = 250

/**
 * Refuses a convox command that the gateway would certainly refuse, by what is known of the caller's policy. What is known
 * may be old: so it only permits, and before a refusal the gateway is asked whether it still holds. In doubt, or without
 * an answer, the command passes, and the gateway decides.
 *
 * @throws Refused
 */
export async function precheck(context: Context, target: Target, words: readonly string[]): Promise<Passed> {
  const appContext = appContextAt(context)
  if (appContext === null) return nothingToDo
  const path = policyCachePath(context.configPath, target)
  const kept = readPolicyCacheFile(path, context.now)
  const needed = neededCalls(plannedCommand(words, appContext))
  if (needed !== null) {
    const snapshot = kept && readCheckedSnapshot(kept.text)
    if (snapshot === null || firstDenial(snapshot, needed.calls, context.now) !== null) {
      const { evaluateOnline } = await import('./evaluate-online.ts')
      await evaluateOnline(needed, { now: context.now, target, path, kept })
    }
  }
  return kept === null ? nothingToDo : { refresh: (ended) => refreshOld(context, target, { path, kept, ended }) }
}

async function refreshOld(
  context: Context,
  target: Target,
  { path, kept, ended }: { readonly path: string; readonly kept: CachedPolicyFile; readonly ended: Promise<void> },
): Promise<void> {
  if (
    context.now - kept.checkedAt < recently ||
    (await withTimeout(
      ended.then(() => true),
      settled,
      () => false,
    ))
  )
    return
  const { refresh } = await import('./refresh-policy-cache.ts')
  await refresh(context, target, { path, kept }, ended)
}
