import type { Handlers } from '../call.ts'
import { rackStatusOf } from './racks.ts'

export const healthHandlers: Handlers<'getHealth'> = {
  /** Not recorded, because it contains no data of an app or an event. */
  async getHealth({ readHealth, racks, rackStatuses }) {
    const all = racks.names.flatMap((name) => racks.get(name) ?? [])
    const [report, statuses] = await Promise.all([
      readHealth(),
      Promise.all(all.map((rack) => rackStatusOf(rack, rackStatuses))),
    ])
    return { ...report, racks: statuses }
  },
}
