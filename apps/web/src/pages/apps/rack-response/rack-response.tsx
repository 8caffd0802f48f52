import { hashKey, type QueryKey, type UseQueryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { RackState } from './rack-state.tsx'

interface RackResponseProps<T, Key extends QueryKey> {
  readonly rack: string
  /** Such as `services`. */
  readonly what: string
  readonly query: UseQueryOptions<T, Error, T, Key>
  readonly children: (data: T) => ReactNode
}

/** The last response stays visible while the rack is called again. */
export function RackResponse<T, Key extends QueryKey>({ rack, what, query, children }: RackResponseProps<T, Key>) {
  const call = useQuery(query)
  return (
    <>
      {call.isFetching && call.isPending && <Spinner label={`Loading: ${what}`} />}
      <RackState key={hashKey(query.queryKey)} rack={rack} call={call} queryKey={query.queryKey} />
      {call.data !== undefined && children(call.data)}
    </>
  )
}
