import { rackGet } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readReleases } from '../../../../api/rack-data/readers.ts'

/** The releases that a person saw before they decided. */
export interface SeenReleases {
  /** The ID of the release that runs; empty if none does. */
  readonly running: string
  /** The ID of the newest release, if it matters for the decision. */
  readonly newest?: string
}

/** Somebody else changed the app after the person saw it. Nothing was sent. */
export class OtherReleases extends Error {}

/**
 * Reads the releases again before a change. Not through the cache, whose change would replace what the person sees before they
 * know why.
 *
 * @throws OtherReleases
 */
export async function assertSameReleases(rack: string, app: string, seen: SeenReleases): Promise<void> {
  const [{ release: running }, newest] = await Promise.all([
    rackGet(rack, rackPath`/apps/${app}`, readApp),
    seen.newest === undefined ? undefined : newestOf(rack, app),
  ])
  const changes = [
    newest !== seen.newest && `the release ${newest} was created`,
    running !== seen.running && `the release ${running} was promoted`,
  ].filter((change) => change !== false)
  if (changes.length === 0) return
  throw new OtherReleases(
    `After this page was loaded, ${changes.join(', and ')}. Your change was not sent. Compare again before you decide.`,
  )
}

async function newestOf(rack: string, app: string): Promise<string> {
  const [newest] = await rackGet(rack, rackPath`/apps/${app}/releases?limit=1`, readReleases)
  return newest?.id ?? ''
}
