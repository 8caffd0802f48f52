import type { QueryClient } from '@tanstack/react-query'
import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readCompleteRelease, readReleases } from '../../../../api/rack-data/readers.ts'

export const appQuery = (rack: string, app: string) => rackQuery(rack, rackPath`/apps/${app}`, readApp)

/** The newest `limit` releases, without their environments and manifests. */
export const releasesQuery = (rack: string, app: string, limit: number) =>
  rackQuery(rack, rackPath`/apps/${app}/releases?limit=${`${limit}`}`, readReleases)

/** Empty if the app has no release. */
export const newestReleaseQuery = (rack: string, app: string) =>
  rackQuery(rack, rackPath`/apps/${app}/releases?limit=1`, readReleases)

export const releaseQuery = (rack: string, app: string, id: string) =>
  rackQuery(rack, rackPath`/apps/${app}/releases/${id}`, readCompleteRelease)

export function readAppAgain(queryClient: QueryClient, rack: string, app: string): Promise<void> {
  const path = rackPath`/apps/${app}`
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [kind, keyRack, keyPath] }) =>
      kind === 'rack' && keyRack === rack && (keyPath === path || `${keyPath}`.startsWith(`${path}/`)),
  })
}
