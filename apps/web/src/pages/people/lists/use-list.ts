import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { type Filter, type ListPath, listQuery, type RowOf } from './list-query.ts'

export interface ListRows<Row> {
  /** The rows that match the filter; null until the first page is loaded. */
  readonly rows: readonly Row[] | null
  /** Such as `3 of the first 200`. */
  readonly count: string
  readonly isPending: boolean
  /** Whether more rows are being loaded because there is a filter or an order. */
  readonly isSearching: boolean
  /** `later`: more rows must be loaded before the list can be sorted. `never`: the list is too long. */
  readonly canSort: 'now' | 'later' | 'never'
  readonly error: Error | null
  readonly retry: () => void
  readonly showMore: (() => void) | null
  readonly isShowingMore: boolean
}

/** With a filter or an order, the next pages are loaded automatically up to this number of rows. */
const maxSearched = 2_000

/** @param filter the filters of the API @param textOf the texts of a row that the filter of the page searches */
export function useList<P extends ListPath>(
  path: P,
  filter: Filter,
  textOf: (row: RowOf<P>) => readonly (string | null | undefined)[],
): ListRows<RowOf<P>> {
  const { q = '', sort } = usePeopleSearch().search
  const list = useInfiniteQuery(listQuery(path, filter))
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const loaded = list.data?.pages.flatMap(({ items }) => items)
  const isTooLong = hasNextPage && (loaded?.length ?? 0) >= maxSearched
  const mustSearch = (q !== '' || sort !== undefined) && hasNextPage && list.error === null && !isTooLong
  const pageCount = list.data?.pages.length
  // A page can arrive before `isFetchingNextPage` was ever rendered as true, so each page also starts the effect.
  useEffect(() => {
    if (pageCount !== undefined && mustSearch && !isFetchingNextPage) void fetchNextPage()
  }, [pageCount, mustSearch, isFetchingNextPage, fetchNextPage])
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
    canSort: isTooLong ? 'never' : hasNextPage ? 'later' : 'now',
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
