import { AuthUnavailable } from '../errors/errors.ts'
import type { Revision } from '../revision/revision.ts'
import type { Trust } from './trust.ts'

/** @param maxStale milliseconds for which cached trusts stay valid without the database */
export function createTrustCache(load: () => Promise<readonly Trust[]>, revision: Revision, maxStale: number) {
  let cached: Promise<readonly Trust[]> | null = null
  /** Also drops a read that is in progress, because the read began before the change. */
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
