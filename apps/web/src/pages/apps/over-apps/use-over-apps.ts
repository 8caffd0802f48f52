import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { Reader } from '../../../api/rack-data/fields.ts'
import { type RackPath, rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import { limitedRackQuery, loadStep } from './limited-rack-query.ts'
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
  /** The calls for the lists of apps. */
  readonly racks: Pick<OverRacks<unknown>, 'calls' | 'total' | 'loadMore'>
  /** The calls for the items of apps, one for each app. */
  readonly calls: readonly RackCall[]
  /** The number of apps in `calls`. */
  readonly askedCount: number
  /** The number of apps in the lists that are loaded. */
  readonly total: number
  readonly loadMore: () => void
}

/** Reads at most `loadStep` apps, and as many again after each `loadMore`. */
export function useOverApps<T>(pathOf: (app: string) => RackPath, read: Reader<readonly T[]>): OverApps<T> {
  const racks = useOverRacks(rackPath`/apps`, readApps)
  const [count, setCount] = useState(loadStep)
  const apps: readonly OneApp[] = racks.rows.map(({ rack, item }) => ({ rack, app: item.name }))
  const askedApps = apps.slice(0, count)
  const queries = askedApps.map(({ rack, app }) => limitedRackQuery(rack, pathOf(app), read))
  const results = useQueries({ queries })
  return {
    rows: results.flatMap(({ data = [] }, index) =>
      data.map((item) => ({ ...askedApps[index], item }) as OverAppsRow<T>),
    ),
    racks,
    calls: results.map((result, index) => ({
      ...result,
      rack: askedApps[index]?.rack ?? '',
      queryKey: queries[index]?.queryKey ?? [],
    })),
    askedCount: askedApps.length,
    total: apps.length,
    loadMore: () => setCount((before) => before + loadStep),
  }
}
