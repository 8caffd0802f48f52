import { hashKey } from '@tanstack/react-query'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { createStore } from '../../../store/create-store.ts'
import { createSlots } from './slots.ts'

/** How many racks or apps a list reads when it opens, and after each press of its button. */
export const loadStep = 20

const runInSlot = createSlots(4)

/** The key hashes of the queries that have a slot, oldest first. */
const running = createStore<readonly string[]>([])

/** At most four of these queries run at a time. The others wait for a slot. */
export function limitedRackQuery<T>(rack: string, path: RackPath, read: Reader<T>) {
  const query = rackQuery(rack, path, read, (task, signal) =>
    runInSlot(async () => {
      running.set([...running.get(), hash])
      return task().finally(() => running.set(running.get().toSpliced(running.get().indexOf(hash), 1)))
    }, signal),
  )
  const hash = hashKey(query.queryKey)
  return query
}

export const useRunningQueries = running.use
