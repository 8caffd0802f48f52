import { queryOptions } from '@tanstack/react-query'
import { rackGet } from './client.ts'
import type { Reader } from './fields.ts'
import type { RackPath } from './rack-path.ts'

/**
 * Something of a rack. It is asked only when a page opens or is refreshed, because each question is an audit event: never
 * because the network came back, and not again while a person changes tabs.
 */
export function rackQuery<T>(rack: string, path: RackPath, read: Reader<T>) {
  return queryOptions({
    queryKey: ['rack', rack, path],
    queryFn: ({ signal }) => rackGet(rack, path, read, { signal }),
    staleTime: 15_000,
    refetchOnReconnect: false,
  })
}
