import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { type RackPath, rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import { pacedQuery, step } from './paced-query.ts'
import { type OverRacks, type RackCall, useOverRacks } from './use-over-racks.ts'

interface OneApp {
  readonly rack: string
  readonly app: string
}

export interface OverAppsRow<T> extends OneApp {
  readonly item: T
}

interface OverApps<T> {
  readonly rows: readonly OverAppsRow<T>[]
  /** The lists of apps. */
  readonly racks: Pick<OverRacks<unknown>, 'calls' | 'total' | 'loadMore'>
  readonly calls: readonly RackCall[]
  readonly asked: number
  readonly total: number
  readonly loadMore: () => void
}

/** Something of many apps, such as their builds, with a bounded number of calls. */
export function useOverApps<T>(pathOf: (app: string) => RackPath, read: Reader<readonly T[]>): OverApps<T> {
  const racks = useOverRacks(rackPath`/apps`, readApps)
  const [count, setCount] = useState(step)
  const apps: readonly OneApp[] = racks.rows.map(({ rack, item }) => ({ rack, app: item.name }))
  const asked = apps.slice(0, count)
  const queries = asked.map(({ rack, app }) => pacedQuery(rack, pathOf(app), read))
  const answers = useQueries({ queries })
  return {
    rows: answers.flatMap(({ data = [] }, index) => data.map((item) => ({ ...asked[index], item }) as OverAppsRow<T>)),
    racks,
    calls: answers.map((answer, index) => ({
      ...answer,
      rack: asked[index]?.rack ?? '',
      queryKey: queries[index]?.queryKey ?? [],
    })),
    asked: asked.length,
    total: apps.length,
    loadMore: () => setCount((before) => before + step),
  }
}
