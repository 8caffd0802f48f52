import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readBuild, readBuilds } from '../../../../api/rack-data/readers.ts'

export const buildQuery = (rack: string, app: string, id: string) =>
  rackQuery(rack, rackPath`/apps/${app}/builds/${id}`, readBuild)

/** The newest `limit` builds. */
export const buildsQuery = (rack: string, app: string, limit: number) =>
  rackQuery(rack, rackPath`/apps/${app}/builds?limit=${`${limit}`}`, readBuilds)
