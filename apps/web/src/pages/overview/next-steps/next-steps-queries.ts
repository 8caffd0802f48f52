import type { Me } from '@rack-gateway/gateway-api'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { meQuery } from '../../../api/queries.ts'

/** A step that was done in a terminal is ticked when the person comes back to this window. */
function firstItemsQuery<T>(kind: string, read: (signal: AbortSignal) => Promise<T>) {
  return queryOptions({
    queryKey: [kind, 'first'],
    queryFn: ({ signal }) => read(signal),
    refetchOnWindowFocus: 'always',
  })
}

export const ownSessionsQuery = firstItemsQuery('sessions', (signal) =>
  get('/sessions', { query: { user: 'me', limit: 50 } }, signal),
)
export const firstUsersQuery = firstItemsQuery('users', (signal) => get('/users', { query: { limit: 2 } }, signal))
export const firstInvitationQuery = firstItemsQuery('invitations', (signal) =>
  get('/invitations', { query: { limit: 1 } }, signal),
)
export const firstTokenQuery = firstItemsQuery('tokens', (signal) => get('/tokens', { query: { limit: 1 } }, signal))
export const firstTrustQuery = firstItemsQuery('trusts', (signal) => get('/trusts', { query: { limit: 1 } }, signal))

/** The steps are for administrators, who can take all of them. */
export function canTakeSteps(me: Me): boolean {
  return can(me, 'gateway:user:write') && can(me, 'gateway:trust:write') && can(me, 'gateway:token:write')
}

/** Loads the data of the steps before the overview is shown, so that nothing moves afterwards. */
export async function loadNextSteps(queryClient: QueryClient): Promise<void> {
  if (!canTakeSteps(await queryClient.ensureQueryData(meQuery))) return
  await Promise.all([
    queryClient.prefetchQuery(ownSessionsQuery),
    queryClient.prefetchQuery(firstUsersQuery),
    queryClient.prefetchQuery(firstInvitationQuery),
    queryClient.prefetchQuery(firstTokenQuery),
    queryClient.prefetchQuery(firstTrustQuery),
  ])
}
