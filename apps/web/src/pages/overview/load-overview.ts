import type { QueryClient } from '@tanstack/react-query'
import { meQuery } from '../../api/queries.ts'
import { loadNextSteps } from './next-steps/next-steps-queries.ts'
import {
  canReadAudit,
  checkpointStatusQuery,
  lastDayQuery,
  liveCallsQuery,
  missingFactorQuery,
  ownTokensQuery,
  rackStatusesQuery,
} from './queries/overview-queries.ts'

/**
 * Waits for the quick parts before the page is shown, so that nothing moves afterwards. Does not wait for racks and
 * counts, which can be slow.
 */
export async function loadOverview(queryClient: QueryClient): Promise<void> {
  const me = await queryClient.ensureQueryData(meQuery)
  if (me.racks.length > 0) void queryClient.prefetchQuery(rackStatusesQuery)
  if (canReadAudit(me)) void queryClient.prefetchQuery(lastDayQuery)
  await Promise.all([
    loadNextSteps(queryClient),
    queryClient.prefetchInfiniteQuery(liveCallsQuery),
    queryClient.prefetchQuery(ownTokensQuery),
    queryClient.prefetchQuery(missingFactorQuery),
    canReadAudit(me) && queryClient.prefetchQuery(checkpointStatusQuery),
  ])
}
