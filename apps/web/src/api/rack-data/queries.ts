import { queryOptions } from '@tanstack/react-query'
import { rackGet } from './client.ts'
import type { Reader } from './fields.ts'
import type { RackPath } from './rack-path.ts'

type Run = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Each call of a rack is an audit event. So a failed call is not retried, and a response is reused for 15 seconds.
 *
 * @param run can delay the call, such as until a slot of `createSlots` is free
 */
export function rackQuery<T>(rack: string, path: RackPath, read: Reader<T>, run: Run = (task) => task()) {
  return queryOptions({
    queryKey: ['rack', rack, path],
    queryFn: ({ signal }) => run(() => rackGet(rack, path, read, { signal }), signal),
    staleTime: 15_000,
    retry: false,
  })
}
