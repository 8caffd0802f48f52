import { queryOptions } from '@tanstack/react-query'
import { rackGet } from './client.ts'
import type { Reader } from './fields.ts'
import type { RackPath } from './rack-path.ts'

type Run = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * A read of a rack. Each one is an audit event. So the rack is called only when a page opens or is refreshed: not again after
 * a failure, and not again within 15 seconds, such as when a person changes tabs.
 *
 * @param run starts the call, such as when a slot of `createSlots` is free; by default, at once
 */
export function rackQuery<T>(rack: string, path: RackPath, read: Reader<T>, run: Run = (task) => task()) {
  return queryOptions({
    queryKey: ['rack', rack, path],
    queryFn: ({ signal }) => run(() => rackGet(rack, path, read, { signal }), signal),
    staleTime: 15_000,
    // A call whose response broke off is an audit event, too.
    retry: false,
  })
}
