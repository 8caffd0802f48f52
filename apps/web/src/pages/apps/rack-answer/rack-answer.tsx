import { type QueryKey, type UseQueryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { SlowNotice } from '../../../ui/slow-notice.tsx'
import { Spinner } from '../../../ui/spinner.tsx'

interface RackAnswerProps<T, Key extends QueryKey> {
  readonly rack: string
  /** What is read, such as `services`. */
  readonly what: string
  readonly query: UseQueryOptions<T, Error, T, Key>
  readonly children: (answer: T) => ReactNode
}

/**
 * What a rack answered, or why there is nothing to show: it is asked, it is slow, the person stopped waiting, or it failed.
 * An answer stays while the rack is asked again.
 */
export function RackAnswer<T, Key extends QueryKey>({ rack, what, query, children }: RackAnswerProps<T, Key>) {
  const queryClient = useQueryClient()
  const { data, error, isFetching, isPending, refetch } = useQuery(query)
  const { queryKey } = query
  return (
    <>
      {isFetching && isPending && <Spinner label={`Loading: ${what}`} />}
      {isFetching && <SlowNotice rack={rack} onStop={() => void queryClient.cancelQueries({ queryKey })} />}
      {!isFetching && error && <Problem error={error} retry={() => void refetch()} />}
      {!isFetching && isPending && !error && (
        <p>
          You stopped waiting for rack {rack}. <Button onPress={() => void refetch()}>Try again</Button>
        </p>
      )}
      {data !== undefined && children(data)}
    </>
  )
}
