import type { QueryClient } from '@tanstack/react-query'
import { rackPath } from './rack-path.ts'
import type { App } from './readers.ts'

/** The apps in the query cache. Calls no rack. */
export function loadedApps(queryClient: QueryClient): readonly { readonly rack: string; readonly app: string }[] {
  const path = rackPath`/apps`
  return queryClient
    .getQueriesData<readonly App[]>({ predicate: ({ queryKey }) => queryKey[0] === 'rack' && queryKey[2] === path })
    .flatMap(([[, rack], apps = []]) => apps.map(({ name }) => ({ rack: String(rack), app: name })))
}
