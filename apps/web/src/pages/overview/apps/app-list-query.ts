import { rackQuery } from '../../../api/rack-data/queries.ts'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'

/** How many racks the card asks at first, and after each press of its button. Each call is an audit event. */
export const firstRacks = 2

/** The same query as that of the list of apps, so that the person can go there without another call. */
export const appListQuery = (rack: string) => rackQuery(rack, rackPath`/apps`, readApps)
