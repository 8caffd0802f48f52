import type { Me } from '@rack-gateway/gateway-api'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get } from '../../../api/client.ts'
import { meQuery } from '../../../api/queries.ts'

/** A step that was done in a terminal is ticked when the person comes back to this window. */
export const setupStepsQuery = queryOptions({
  queryKey: ['overview', 'setup steps'],
  queryFn: ({ signal }) => get('/setup-steps', {}, signal),
  // The loader of the page always reads the steps, so the card need not read them again.
  staleTime: 0,
  refetchOnMount: false,
  refetchOnWindowFocus: 'always',
})

/** The steps are for administrators, who can take all of them. */
export function canTakeSteps(me: Me): boolean {
  return can(me, 'gateway:user:write') && can(me, 'gateway:trust:write') && can(me, 'gateway:token:write')
}

/** Loads the data of the steps before the overview is shown, so that nothing moves afterwards. */
export async function loadNextSteps(queryClient: QueryClient): Promise<void> {
  if (canTakeSteps(await queryClient.ensureQueryData(meQuery))) await queryClient.prefetchQuery(setupStepsQuery)
}
