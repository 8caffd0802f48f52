import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { useMe } from '../../../api/queries.ts'
import { rackGet } from '../../../api/rack-data/client.ts'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import { type RackPath, rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import { createSlots } from './slots.ts'

/** The apps that are asked when a list opens, and again with each press of the button below it. */
export const step = 20
/** Each question is a call of a rack and an audit event. */
const runInSlot = createSlots(4)

interface OneApp {
  readonly rack: string
  readonly app: string
}

/** Something of many apps, such as their builds, with a bounded number of calls. */
export function useOverApps<T>(pathOf: (app: string) => RackPath, read: Reader<readonly T[]>) {
  const { racks } = useMe()
  const [count, setCount] = useState(step)
  const appLists = useQueries({ queries: racks.map((rack) => rackQuery(rack, rackPath`/apps`, readApps)) })
  const apps: readonly OneApp[] = appLists.flatMap(({ data = [] }, index) =>
    data.map(({ name }) => ({ rack: racks[index] ?? '', app: name })),
  )
  const asked = apps.slice(0, count)
  const answers = useQueries({
    queries: asked.map(({ rack, app }) => {
      const query = rackQuery(rack, pathOf(app), read)
      return {
        ...query,
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          runInSlot(() => rackGet(rack, pathOf(app), read, { signal }), signal),
      }
    }),
  })
  const all = [...appLists, ...answers]
  return {
    rows: answers.flatMap(({ data = [] }, index) => data.map((item) => ({ ...asked[index], item }) as OverAppsRow<T>)),
    isLoading: all.some(({ isFetching }) => isFetching),
    errors: all.flatMap(({ error }) => (error === null ? [] : [error])),
    asked: asked.length,
    total: apps.length,
    loadMore: () => setCount((before) => before + step),
  }
}

export interface OverAppsRow<T> extends OneApp {
  readonly item: T
}
