import type { QueryClient } from '@tanstack/react-query'
import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readApp, readReleases, readWholeRelease } from '../../../../api/rack-data/readers.ts'

export const appQuery = (rack: string, app: string) => rackQuery(rack, rackPath`/apps/${app}`, readApp)

/** The newest releases, without their environments. */
export const releasesQuery = (rack: string, app: string, limit: number) =>
  rackQuery(rack, rackPath`/apps/${app}/releases?limit=${`${limit}`}`, readReleases)

/** A list with only the newest release, or an empty one. */
export const newestReleaseQuery = (rack: string, app: string) =>
  rackQuery(rack, rackPath`/apps/${app}/releases?limit=1`, readReleases)

/** One release, with its manifest and its masked environment. */
export const releaseQuery = (rack: string, app: string, id: string) =>
  rackQuery(rack, rackPath`/apps/${app}/releases/${id}`, readWholeRelease)

/** Reads again what the page shows of an app, after the app was changed. */
export function readAppAgain(queryClient: QueryClient, rack: string, app: string): Promise<void> {
  const path = rackPath`/apps/${app}`
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [kind, keyRack, keyPath] }) =>
      kind === 'rack' && keyRack === rack && (keyPath === path || `${keyPath}`.startsWith(`${path}/`)),
  })
}
