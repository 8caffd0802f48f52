import { queryOptions } from '@tanstack/react-query'
import { get } from '../api/client.ts'

export function stepUpQuery(id: string) {
  return queryOptions({
    queryKey: ['step-up', id],
    queryFn: ({ signal }) => get('/step-ups/{id}', { id }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
}
