import { AuthUnavailable } from '../errors.ts'
import type { Revision } from '../principals/revision.ts'
import type { Trust } from './trust.ts'

/** Caches the active trusts until a trust changes. @param maxStale milliseconds for which it works without the database */
export function createTrustCache(load: () => Promise<readonly Trust[]>, revision: Revision, maxStale: number) {
  let cached: Promise<readonly Trust[]> | null = null
  /** Also drops a read that is in progress, because it began before the change. */
  function invalidate(): void {
    cached = null
  }
  revision.onChange(function invalidateOnChange(changed) {
    if (changed === null || changed.hasTrusts) invalidate()
  })

  async function current(): Promise<readonly Trust[]> {
    if (revision.age() > maxStale) throw new AuthUnavailable()
    const loading = cached ?? load()
    cached = loading
    try {
      return await loading
    } catch (cause) {
      if (cached === loading) cached = null
      throw new AuthUnavailable({ cause })
    }
  }

  return { current, invalidate }
}

export type TrustCache = ReturnType<typeof createTrustCache>
