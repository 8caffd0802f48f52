import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
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
  /** The number of racks, including those that are not called yet. */
  readonly total: number
  readonly loadMore: () => void
}

/** Calls at most `loadStep` racks, and as many again after each `loadMore`. */
export function useOverRacks<T>(path: RackPath, read: Reader<readonly T[]>): OverRacks<T> {
  const { racks } = useMe()
  const { rack: selectedRack } = useAppsSearch().search
  const [count, setCount] = useState(loadStep)
  const listedRacks = selectedRack === undefined ? racks : [selectedRack]
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
    total: listedRacks.length,
    loadMore: () => setCount((before) => before + loadStep),
  }
}
