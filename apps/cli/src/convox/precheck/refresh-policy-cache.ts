import type { Context } from '../../invocation/context.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { updatePolicyCache, verifyChecksum } from './cache-policy.ts'
import { fetchEffectivePolicy } from './fetch-effective-policy.ts'
import type { CachedPolicyFile } from './policy-cache-file.ts'

/** Never rejects. @param ended aborts the request when convox has ended */
export async function refreshPolicyCache(
  { now }: Context,
  target: Target,
  { path, cached }: { readonly path: string; readonly cached: CachedPolicyFile },
  ended: Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  void ended.then(() => controller.abort())
  const entry = { path, cached: verifyChecksum(cached) }
  updatePolicyCache(entry, await fetchEffectivePolicy(target, entry.cached?.tag ?? null, controller.signal), now)
}
