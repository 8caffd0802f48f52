import type { QueryClient } from '@tanstack/react-query'
import { racksToList } from '../../api/can.ts'
import { meQuery } from '../../api/queries.ts'
import { appListQuery, firstRacks } from './apps/app-list-query.ts'
import { rackOrder } from './apps/app-rows.ts'
import { loadNextSteps } from './next-steps/next-steps-queries.ts'
import {
  canReadAudit,
  canSeeApps,
  checkpointStatusQuery,
  lastDayQuery,
  liveCallsQuery,
  noticesQuery,
  ownAppsQuery,
  ownChangesQuery,
  rackActivityQuery,
  rackStatusesQuery,
} from './queries/overview-queries.ts'

/**
 * Milliseconds. Racks usually answer in less time. If one does not, the page is shown without it, and its answer can
 * move what is below.
 */
const rackTime = 700

/**
 * Loads only what the person's permissions allow. Waits for the parts before the page is shown, so that nothing moves
 * afterwards, but not for counts, and not long for racks.
 */
export async function loadOverview(queryClient: QueryClient): Promise<void> {
  const me = await queryClient.ensureQueryData(meQuery)
  if (me.roles.length === 0) return
  const hasRacks = me.racks.length > 0
  if (canReadAudit(me)) void queryClient.prefetchQuery(lastDayQuery)
  await Promise.all([
    loadNextSteps(queryClient),
    queryClient.prefetchInfiniteQuery(liveCallsQuery),
    queryClient.prefetchQuery(noticesQuery),
    hasRacks && queryClient.prefetchQuery(rackActivityQuery),
    hasRacks && waitAtMost(rackTime, queryClient.prefetchQuery(rackStatusesQuery)),
    canSeeApps(me) && queryClient.prefetchInfiniteQuery(ownChangesQuery),
    canSeeApps(me) && loadApps(queryClient, racksToList(me, 'app:list')),
    canReadAudit(me) && queryClient.prefetchQuery(checkpointStatusQuery),
  ])
}

async function loadApps(queryClient: QueryClient, racks: readonly string[]): Promise<void> {
  await queryClient.prefetchQuery(ownAppsQuery)
  const { apps = [] } = queryClient.getQueryData(ownAppsQuery.queryKey) ?? {}
  const asked = rackOrder(apps, racks).slice(0, firstRacks)
  await waitAtMost(rackTime, Promise.all(asked.map((rack) => queryClient.prefetchQuery(appListQuery(rack)))))
}

async function waitAtMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, timeout])
  clearTimeout(timer)
}
