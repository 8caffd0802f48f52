import type { Endpoints, ItemOf, ListEndpointName } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'

export type ListPath = Endpoints[ListEndpointName]['path']
type NameOf<P> = { [N in ListEndpointName]: Endpoints[N] extends { path: P } ? N : never }[ListEndpointName]
export type RowOf<P extends ListPath> = ItemOf<NameOf<P>>

interface ListPage<Row> {
  readonly items: readonly Row[]
  readonly next: string | null
}

export type Filter = Readonly<Record<string, string | undefined>>

async function readPage<P extends ListPath>(path: P, query: object, signal: AbortSignal): Promise<ListPage<RowOf<P>>> {
  // TypeScript cannot see that every list has the same query and the same kind of response.
  return (get as (path: P, request: object, signal: AbortSignal) => Promise<ListPage<RowOf<P>>>)(
    path,
    { query },
    signal,
  )
}

/** @param filter the filters of the API, such as `group` */
export function listQuery<P extends ListPath>(path: P, filter: Filter = {}) {
  return infiniteQueryOptions({
    queryKey: [path, filter],
    queryFn: ({ pageParam, signal }) => readPage(path, { ...filter, limit: 100, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }: ListPage<RowOf<P>>) => next ?? undefined,
  })
}

const maxChoices = 1_000

/** At most 1,000 rows, for fields that offer a choice, and to show names instead of IDs. */
export function choicesQuery<P extends ListPath>(path: P) {
  return queryOptions({
    queryKey: [path, 'choices'],
    async queryFn({ signal }) {
      const rows: RowOf<P>[] = []
      let cursor: string | null | undefined
      while (cursor !== null && rows.length < maxChoices) {
        const page = await readPage(path, { limit: 200, cursor }, signal)
        rows.push(...page.items)
        cursor = page.next
      }
      return rows
    },
    staleTime: 60_000,
  })
}
