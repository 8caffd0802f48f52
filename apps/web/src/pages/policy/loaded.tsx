import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Problem } from '../../ui/problem.tsx'
import { Spinner } from '../../ui/spinner.tsx'

interface LoadedProps<T> {
  readonly query: UseQueryResult<T, Error>
  /** What is loaded, for screen readers. */
  readonly what: string
  readonly children: (data: T) => ReactNode
}

/** The result of a query, once it is there; else a spinner, or the gateway's own error. */
export function Loaded<T>({ query, what, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Problem error={query.error} retry={() => void query.refetch()} />
  return <Spinner label={`Loading ${what}`} />
}
