import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { useMe } from '../../../api/queries.ts'
import type { Reader } from '../../../api/rack-data/fields.ts'
import type { RackPath } from '../../../api/rack-data/rack-path.ts'
import { useAppsSearch } from '../use-apps-search.ts'
import { pacedQuery, step } from './paced-query.ts'

/** What became of one question to a rack. */
export interface RackCall {
  readonly rack: string
  readonly queryKey: readonly unknown[]
  readonly error: Error | null
  readonly isFetching: boolean
  /** There is no answer yet. */
  readonly isPending: boolean
  readonly refetch: () => unknown
}

export interface OverRacks<T> {
  readonly rows: readonly { readonly rack: string; readonly item: T }[]
  readonly calls: readonly RackCall[]
  readonly total: number
  readonly loadMore: () => void
}

/** Something of all racks that the person can use, or of the one in the address, with one call of each and a bounded number of them. */
export function useOverRacks<T>(path: RackPath, read: Reader<readonly T[]>): OverRacks<T> {
  const { racks } = useMe()
  const { rack: only } = useAppsSearch().search
  const [count, setCount] = useState(step)
  const wanted = only === undefined ? racks : [only]
  const asked = wanted.slice(0, count)
  const queries = asked.map((rack) => pacedQuery(rack, path, read))
  const answers = useQueries({ queries })
  return {
    rows: answers.flatMap(({ data = [] }, index) => data.map((item) => ({ rack: asked[index] ?? '', item }))),
    calls: answers.map((answer, index) => ({
      ...answer,
      rack: asked[index] ?? '',
      queryKey: queries[index]?.queryKey ?? [],
    })),
    total: wanted.length,
    loadMore: () => setCount((before) => before + step),
  }
}
