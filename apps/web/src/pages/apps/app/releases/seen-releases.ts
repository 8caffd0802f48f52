import { rackGet } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readReleases } from '../../../../api/rack-data/readers.ts'

/** The releases that a person saw before they decided. */
export interface SeenReleases {
  /** The ID of the running release; empty if no release runs. */
  readonly runningId: string
  /** The ID of the newest release; undefined: not checked. */
  readonly newestId?: string
}

export class ReleasesChanged extends Error {}

/**
 * Does not use the query cache, because new data there would change the page before the person knows why.
 *
 * @throws ReleasesChanged, and the errors of `rackGet`
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
