import type { Recording } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import type { RecordingsSearch } from '../address/recordings-search.ts'

/** Newest first. */
export function recordingsQuery(filter: RecordingsSearch) {
  return infiniteQueryOptions({
    queryKey: ['recordings', filter],
    queryFn: ({ pageParam, signal }) =>
      get('/recordings', { query: { ...filter, limit: 50, cursor: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function recordingQuery(id: string) {
  return queryOptions({
    queryKey: ['recording', id],
    async queryFn({ signal }): Promise<Recording | null> {
      if (!uuid.test(id)) return null
      const { items } = await get('/recordings', { query: { id, limit: 1 } }, signal)
      return items[0] ?? null
    },
  })
}
