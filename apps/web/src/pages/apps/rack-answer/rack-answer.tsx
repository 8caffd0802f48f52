import { hashKey, type QueryKey, type UseQueryOptions, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { RackState } from './rack-state.tsx'

interface RackAnswerProps<T, Key extends QueryKey> {
  readonly rack: string
  /** Such as `services`. */
  readonly what: string
  readonly query: UseQueryOptions<T, Error, T, Key>
  readonly children: (answer: T) => ReactNode
}

/** The last answer stays visible while the rack is called again. */
export function RackAnswer<T, Key extends QueryKey>({ rack, what, query, children }: RackAnswerProps<T, Key>) {
  const call = useQuery(query)
  return (
    <>
      {call.isFetching && call.isPending && <Spinner label={`Loading: ${what}`} />}
      <RackState key={hashKey(query.queryKey)} rack={rack} call={call} queryKey={query.queryKey} />
      {call.data !== undefined && children(call.data)}
    </>
  )
}
