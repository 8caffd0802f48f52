import type { Handlers } from '../call.ts'
import { collectRackStatuses } from './racks.ts'

export const healthHandlers: Handlers<'getHealth'> = {
  /** Not recorded, because the report contains no data of an app or an event. */
  async getHealth({ readHealth, racks, rackStatuses, query }) {
    const all = racks.names.flatMap((name) => racks.get(name) ?? [])
    const [report, statuses] = await Promise.all([readHealth(), collectRackStatuses(all, rackStatuses, query.wait)])
    return { ...report, ...statuses }
  },
}
