import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { usePeopleSearch } from '../use-people-search.ts'
import { type Filter, type ListPath, listQuery, type RowOf } from './list-query.ts'

export interface ListRows<Row> {
  /** The rows that match the filter; null while none is known. */
  readonly rows: readonly Row[] | null
  /** How many rows there are, as far as they are loaded. */
  readonly count: string
  readonly isPending: boolean
  /** More rows are loaded because there is a filter. */
  readonly isSearching: boolean
  readonly error: Error | null
  readonly retry: () => void
  readonly showMore: (() => void) | null
  readonly isShowingMore: boolean
}

/** A filter searches this many rows by itself. */
const mostSearched = 2_000

/**
 * A list, and of it what the filter of the page leaves.
 *
 * @param filter what the API itself filters by
 * @param textOf what the filter of the page searches in a row
 */
export function useList<P extends ListPath>(
  path: P,
  filter: Filter,
  textOf: (row: RowOf<P>) => readonly (string | null | undefined)[],
): ListRows<RowOf<P>> {
  const { q = '' } = usePeopleSearch().search
  const list = useInfiniteQuery(listQuery(path, filter))
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const loaded = list.data?.pages.flatMap(({ items }) => items)
  const mustSearch = q !== '' && hasNextPage && list.error === null && (loaded?.length ?? 0) < mostSearched
  useEffect(() => {
    if (mustSearch && !isFetchingNextPage) void fetchNextPage()
  }, [mustSearch, isFetchingNextPage, fetchNextPage])
  const words = q.toLowerCase().split(/\s+/)
  const rows = loaded?.filter((row) => {
    const text = textOf(row).join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return {
    rows: rows ?? null,
    count: countText(rows?.length ?? 0, loaded?.length ?? 0, hasNextPage),
    isPending: list.isPending,
    isSearching: mustSearch,
    error: list.error,
    retry: () => void list.refetch(),
    showMore: hasNextPage ? () => void fetchNextPage() : null,
    isShowingMore: isFetchingNextPage && !mustSearch,
  }
}

function countText(shown: number, loaded: number, hasMore: boolean): string {
  const all = hasMore ? `the first ${loaded}` : `${loaded}`
  return shown === loaded ? `${hasMore ? 'The first ' : ''}${loaded}` : `${shown} of ${all}`
}
