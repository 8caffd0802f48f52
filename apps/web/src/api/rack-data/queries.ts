import { queryOptions } from '@tanstack/react-query'
import { rackGet } from './client.ts'
import type { Reader } from './fields.ts'
import type { RackPath } from './rack-path.ts'

type Run = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/**
 * Something of a rack. It is asked only when a page opens or is refreshed, because each question is an audit event: never
 * by itself after a failure, and not again while a person changes tabs.
 *
 * @param run decides when the rack is asked, such as `createSlots`; by default, at once
 */
export function rackQuery<T>(rack: string, path: RackPath, read: Reader<T>, run: Run = (task) => task()) {
  return queryOptions({
    queryKey: ['rack', rack, path],
    queryFn: ({ signal }) => run(() => rackGet(rack, path, read, { signal }), signal),
    staleTime: 15_000,
    // A response that broke off was a question, too.
    retry: false,
  })
}
