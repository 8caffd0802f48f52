import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readServices } from '../../../../api/rack-data/readers.ts'

export function servicesQuery(rack: string, app: string) {
  return rackQuery(rack, rackPath`/apps/${app}/services`, readServices)
}
