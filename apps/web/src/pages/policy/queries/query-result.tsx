import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'

interface QueryResultProps<T> {
  readonly query: UseQueryResult<T, Error>
  /** What is being loaded, for screen readers. */
  readonly what: string
  readonly children: (data: T) => ReactNode
}

export function QueryResult<T>({ query, what, children }: QueryResultProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Problem error={query.error} retry={() => void query.refetch()} />
  return <Spinner label={`Loading ${what}`} />
}
