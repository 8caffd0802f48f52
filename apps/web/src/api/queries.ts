import { MutationCache, QueryCache, QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { get, setCsrfToken } from './client.ts'
import { ApiError, NoAnswer } from './errors.ts'
import { endSession } from './session-end.ts'

/** A session that ended shows its reason on whatever page is open. */
function watchSession(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) endSession(error)
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: watchSession }),
    mutationCache: new MutationCache({ onError: watchSession }),
    defaultOptions: {
      queries: {
        // A denial stays a denial. Only a gateway that did not answer is asked again.
        retry: (count, error) => error instanceof NoAnswer && count < 2,
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
    },
  })
}

/** The person who is logged in. */
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

/** The person who is logged in, once it is known. The root route loads it before any page is shown. */
export function useMe() {
  const { data } = useQuery(meQuery)
  if (data === undefined) throw new Error('the root route did not load the person')
  return data
}
