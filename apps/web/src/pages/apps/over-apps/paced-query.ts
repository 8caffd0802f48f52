import { hashKey } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { createSlots } from './slots.ts'

/** The number of racks, or of apps, that a list calls when it opens, and that each press of its button adds. */
export const loadStep = 20

const runInSlot = createSlots(4)

/** The key hashes of queries that have a slot and wait for their rack, oldest first. */
let runningQueries: readonly string[] = []
const listeners = new Set<() => void>()

function setRunning(queries: readonly string[]): void {
  runningQueries = queries
  for (const listener of listeners) listener()
}

/** A query of a list over many racks or apps. At most four of these queries run at a time. */
export function pacedQuery<T>(rack: string, path: RackPath, read: Reader<T>) {
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
