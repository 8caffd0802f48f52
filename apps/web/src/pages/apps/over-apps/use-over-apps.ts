import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { dependsOnApp, type ListPermission, racksToList } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { type AppRoute, allowedAppsQuery } from '../../../api/rack-data/allowed.ts'
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
  readonly racks: Pick<OverRacks<unknown>, 'calls' | 'names' | 'total' | 'loadMore'>
  /** The calls for the items of apps, one for each app. */
  readonly calls: readonly RackCall[]
  /** The number of apps in `calls`. */
  readonly askedCount: number
  /** The number of apps in the lists that are loaded. */
  readonly total: number
  readonly loadMore: () => void
}

interface AppItems<T> {
  readonly pathOf: (app: string) => RackPath
  readonly read: Reader<readonly T[]>
  readonly route: AppRoute
  readonly permission: ListPermission
}

/** Reads at most `loadStep` apps, and as many again after each `loadMore`. */
export function useOverApps<T>({ pathOf, read, route, permission }: AppItems<T>): OverApps<T> {
  const racks = useOverRacks({ path: rackPath`/apps`, read: readApps, permission: 'app:list', of: 'apps' })
  const [count, setCount] = useState(loadStep)
  const listed: readonly OneApp[] = racks.rows.map(({ rack, item }) => ({ rack, app: item.name }))
  const apps = useReadableApps(listed, { route, permission })
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

/** One decision covers at most this many calls. */
const maxCalls = 100

/**
 * The apps whose items the person can list. A role that lists apps can lack the permission to list their items, or have
 * it only on other apps.
 */
function useReadableApps(
  apps: readonly OneApp[],
  { route, permission }: Pick<AppItems<unknown>, 'route' | 'permission'>,
): readonly OneApp[] {
  const me = useMe()
  const racks = racksToList(me, permission)
  const uncertainRacks = new Set(racks.filter((rack) => dependsOnApp(me, permission, rack)))
  const questions = [...uncertainRacks].flatMap((rack) => {
    const names = apps.filter((one) => one.rack === rack).map(({ app }) => app)
    return chunksOf(names, maxCalls).map((chunk) => ({ rack, names: chunk }))
  })
  const results = useQueries({ queries: questions.map(({ rack, names }) => allowedAppsQuery(rack, route, names)) })
  const allowed = new Set(
    results.flatMap(({ data, error }, index) => {
      const { rack = '', names = [] } = questions[index] ?? {}
      // Without an answer, the gateway decides at the call.
      return (error === null ? (data ?? []) : names).map((app) => `${rack}/${app}`)
    }),
  )
  return apps.filter(({ rack, app }) =>
    uncertainRacks.has(rack) ? allowed.has(`${rack}/${app}`) : racks.includes(rack),
  )
}

function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
