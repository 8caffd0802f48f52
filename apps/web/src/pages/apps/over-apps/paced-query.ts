import type { Reader } from '../../../api/rack-data/fields.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { createSlots } from './slots.ts'

/** The racks, and the apps, that are asked when a list opens, and again with each press of the button below it. */
export const step = 20

const runInSlot = createSlots(4)

/** A question of a list over many racks or apps. At most four of them run at a time. */
export function pacedQuery<T>(rack: string, path: RackPath, read: Reader<T>) {
  return rackQuery(rack, path, read, runInSlot)
}
