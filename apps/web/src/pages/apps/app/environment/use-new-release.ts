import { useMutation, useQueryClient } from '@tanstack/react-query'
import { rackCreate, rackGet } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readRelease, readReleases } from '../../../../api/rack-data/readers.ts'
import { readAppAgain } from '../releases/release-queries.ts'
import { useApp } from '../use-app.ts'

/** The releases that a person saw while they edited. */
export interface SeenReleases {
  /** The ID of the newest release, whose environment is edited. */
  readonly newest: string
  /** The ID of the release that runs; empty if none does. */
  readonly running: string
}

/** Somebody else changed the app in the meantime. Nothing was sent. */
export class OtherReleases extends Error {}

/** Creates a release with an environment, if the app still has the releases that the person saw. */
export function useNewRelease(seen: SeenReleases, onCreated: (id: string) => void) {
  const { rack, app } = useApp()
  const queryClient = useQueryClient()
  const { mutate, isPending, error } = useMutation({
    async mutationFn(env: string) {
      assertSame(seen, await readSeen())
      const { id } = await rackCreate(rack, rackPath`/apps/${app}/releases`, { env }, readRelease)
      onCreated(id)
      void readAppAgain(queryClient, rack, app)
    },
    // The environment can contain new secrets.
    gcTime: 0,
  })

  /** Not through the cache, whose change would replace what the person sees before they know why. */
  async function readSeen(): Promise<SeenReleases> {
    const [{ release }, [newest]] = await Promise.all([
      rackGet(rack, rackPath`/apps/${app}`, readApp),
      rackGet(rack, rackPath`/apps/${app}/releases?limit=1`, readReleases),
    ])
    return { newest: newest?.id ?? '', running: release }
  }

  return { create: mutate, isPending, error, readAgain: () => void readAppAgain(queryClient, rack, app) }
}

/** @throws OtherReleases */
function assertSame(seen: SeenReleases, found: SeenReleases): void {
  const changes = [
    found.newest !== seen.newest && `the release ${found.newest} was created`,
    found.running !== seen.running && `the release ${found.running} was promoted`,
  ].filter((change) => change !== false)
  if (changes.length === 0) return
  throw new OtherReleases(
    `While you edited, ${changes.join(', and ')}. Nothing was sent. Compare your changes with the newest release before you send them.`,
  )
}
