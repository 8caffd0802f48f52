import { hashKey } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { createSlots } from './slots.ts'

/** How many racks or apps a list reads when it opens, and after each press of its button. */
export const loadStep = 20

const runInSlot = createSlots(4)

/** The key hashes of the queries that have a slot, oldest first. */
let runningQueries: readonly string[] = []
const listeners = new Set<() => void>()

function setRunning(queries: readonly string[]): void {
  runningQueries = queries
  for (const listener of listeners) listener()
}

/** At most four of these queries run at a time. The others wait for a slot. */
export function limitedRackQuery<T>(rack: string, path: RackPath, read: Reader<T>) {
  const query = rackQuery(rack, path, read, (task, signal) =>
    runInSlot(async () => {
      setRunning([...runningQueries, hash])
      return task().finally(() => setRunning(runningQueries.toSpliced(runningQueries.indexOf(hash), 1)))
    }, signal),
  )
  const hash = hashKey(query.queryKey)
  return query
}

export function useRunningQueries(): readonly string[] {
  return useSyncExternalStore(subscribe, () => runningQueries)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
