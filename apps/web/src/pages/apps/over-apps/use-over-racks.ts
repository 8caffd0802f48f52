import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { type ListPermission, racksToList } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import type { Reader } from '../../../api/rack-data/fields.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { useAppsSearch } from '../address/use-apps-search.ts'
import { limitedRackQuery, loadStep } from './limited-rack-query.ts'

export interface RackCall {
  readonly rack: string
  readonly queryKey: readonly unknown[]
  readonly error: Error | null
  readonly isFetching: boolean
  /** There is no response yet. */
  readonly isPending: boolean
  readonly refetch: () => unknown
}

export interface OverRacks<T> {
  readonly rows: readonly { readonly rack: string; readonly item: T }[]
  readonly calls: readonly RackCall[]
  /** All racks on which the person has the permission. */
  readonly names: readonly string[]
  /** The number of racks, including those that are not called yet. */
  readonly total: number
  readonly loadMore: () => void
}

interface RackList<T> {
  readonly path: RackPath
  readonly read: Reader<readonly T[]>
  /** Only racks on which the person has the permission are called. */
  readonly permission: ListPermission
  readonly of: 'rack' | 'apps'
}

/** Calls at most `loadStep` racks, and as many again after each `loadMore`. */
export function useOverRacks<T>({ path, read, permission, of }: RackList<T>): OverRacks<T> {
  const racks = racksToList(useMe(), permission, of)
  const { rack: selectedRack } = useAppsSearch().search
  const [count, setCount] = useState(loadStep)
  const listedRacks = selectedRack === undefined ? racks : racks.filter((rack) => rack === selectedRack)
  const askedRacks = listedRacks.slice(0, count)
  const queries = askedRacks.map((rack) => limitedRackQuery(rack, path, read))
  const results = useQueries({ queries })
  return {
    rows: results.flatMap(({ data = [] }, index) => data.map((item) => ({ rack: askedRacks[index] ?? '', item }))),
    calls: results.map((result, index) => ({
      ...result,
      rack: askedRacks[index] ?? '',
      queryKey: queries[index]?.queryKey ?? [],
    })),
    names: racks,
    total: listedRacks.length,
    loadMore: () => setCount((before) => before + loadStep),
  }
}
