import { rackGet } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readReleases } from '../../../../api/rack-data/readers.ts'

/** The releases that a person saw before they decided. */
export interface SeenReleases {
  /** The ID of the release that runs; empty if none does. */
  readonly runningId: string
  /** The ID of the newest release, if it matters for the decision. */
  readonly newestId?: string
}

/** The app has other releases than the person saw, so the change was not sent. */
export class ReleasesChanged extends Error {}

/**
 * Reads the releases again before a change. It does not use the cache, because new data there would replace what the person sees
 * before they know why.
 *
 * @throws ReleasesChanged; as `rackGet`
 */
export async function assertSameReleases(rack: string, app: string, seen: SeenReleases): Promise<void> {
  const [{ release: runningId }, newestId] = await Promise.all([
    rackGet(rack, rackPath`/apps/${app}`, readApp),
    seen.newestId === undefined ? undefined : newestIdOf(rack, app),
  ])
  const changes = [
    newestId !== seen.newestId && `the release ${newestId} was created`,
    runningId !== seen.runningId && `the release ${runningId} was promoted`,
  ].filter((change) => change !== false)
  if (changes.length === 0) return
  throw new ReleasesChanged(
    `After this page was loaded, ${changes.join(', and ')}. Your change was not sent. Compare again before you decide.`,
  )
}

async function newestIdOf(rack: string, app: string): Promise<string> {
  const [newest] = await rackGet(rack, rackPath`/apps/${app}/releases?limit=1`, readReleases)
  return newest?.id ?? ''
}
