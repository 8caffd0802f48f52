import { hashKey } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { createSlots } from './slots.ts'

/** The racks, and the apps, that are asked when a list opens, and again with each press of the button below it. */
export const step = 20

const runInSlot = createSlots(4)

/** The hashes of the keys of queries that wait for their rack, and no longer for a slot, in the order in which they began. */
let running: readonly string[] = []
const listeners = new Set<() => void>()

function setRunning(queries: readonly string[]): void {
  running = queries
  for (const listener of listeners) listener()
}

/** A question of a list over many racks or apps. At most four of them run at a time. */
export function pacedQuery<T>(rack: string, path: RackPath, read: Reader<T>) {
  const query = rackQuery(rack, path, read, (task, signal) =>
    runInSlot(async () => {
      setRunning([...running, hash])
      return task().finally(() => setRunning(running.toSpliced(running.indexOf(hash), 1)))
    }, signal),
  )
  const hash = hashKey(query.queryKey)
  return query
}

export function useRunningQueries(): readonly string[] {
  return useSyncExternalStore(subscribe, () => running)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
