import type { Context } from '../../context.ts'
import type { Target } from '../../target/target.ts'
import { keep, unchanged } from './cache-policy.ts'
import { fetchEffectivePolicy } from './fetch-effective-policy.ts'
import type { CachedPolicyFile } from './policy-cache-file.ts'

/** Asks the gateway whether what is kept still holds, for the next time. Never rejects. @param ended resolves when convox has ended */
export async function refresh(
  { now }: Context,
  target: Target,
  { path, kept }: { readonly path: string; readonly kept: CachedPolicyFile },
  ended: Promise<void>,
): Promise<void> {
  const leaving = new AbortController()
  void ended.then(() => leaving.abort())
  const known = { path, kept: unchanged(kept) }
  keep(known, await fetchEffectivePolicy(target, known.kept?.tag ?? null, leaving.signal), now)
}
