import { MutationCache, QueryCache, QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { get, setCsrfToken } from './client.ts'
import { NoResponse } from './errors/api-error.ts'
import { showSessionEndOn401 } from './session-end.ts'

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: showSessionEndOn401 }),
    mutationCache: new MutationCache({ onError: showSessionEndOn401 }),
    defaultOptions: {
      // A gateway on this computer or in a private network is reachable without the internet.
      mutations: { networkMode: 'always' },
      queries: {
        networkMode: 'always',
        retry: (count, error) => error instanceof NoResponse && count < 2,
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
    },
  })
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  async queryFn({ signal }) {
    const me = await get('/me', {}, signal)
    setCsrfToken(me.csrfToken)
    return me
  },
  staleTime: 60_000,
})

export const versionQuery = queryOptions({
  queryKey: ['version'],
  queryFn: ({ signal }) => get('/version', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** The root route loads `meQuery` before it shows any page. */
export function useMe() {
  const { data } = useQuery(meQuery)
  if (data === undefined) throw new Error('the root route did not load the person')
  return data
}
