import type { Me, RackStatuses } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { can, racksToList } from '../../../api/can.ts'
import { get, serverNow } from '../../../api/client.ts'
import { nextRackRequest, rackWait } from './rack-wait.ts'

const rackStatusesKey = ['overview', 'racks'] as const

export const rackStatusesQuery = queryOptions({
  queryKey: rackStatusesKey,
  queryFn: ({ client, signal }) =>
    get('/rack-statuses', { query: rackWait(client.getQueryData<RackStatuses>(rackStatusesKey)) }, signal),
  refetchInterval: ({ state }) => nextRackRequest(state),
})

export const liveCallsQuery = infiniteQueryOptions({
  queryKey: ['overview', 'live'],
  queryFn: ({ pageParam, signal }) => get('/live-calls', { query: { limit: 50, cursor: pageParam } }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
})

export const checkpointStatusQuery = queryOptions({
  queryKey: ['overview', 'checkpoint'],
  queryFn: ({ signal }) => get('/audit/checkpoint', {}, signal),
})

export const noticesQuery = queryOptions({
  queryKey: ['overview', 'notices'],
  queryFn: ({ signal }) => get('/notices', {}, signal),
})

export const rackActivityQuery = queryOptions({
  queryKey: ['overview', 'rack activity'],
  queryFn: ({ signal }) => get('/rack-activity', {}, signal),
})

export const ownAppsQuery = queryOptions({
  queryKey: ['overview', 'apps'],
  queryFn: ({ signal }) => get('/own-apps', {}, signal),
})

export const ownChangesQuery = infiniteQueryOptions({
  queryKey: ['overview', 'changes'],
  queryFn: ({ pageParam, signal }) => get('/own-changes', { query: { limit: 20, cursor: pageParam } }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
})

/** Whether the person can see any app, so that cards about apps are of use. */
export const canSeeApps = (me: Me) => racksToList(me, 'app:list').length > 0

const day = 86_400_000

/** Kinds of the second event of a call, which repeats the decision of the first event and must not be counted again. */
const secondEvents = ['outcome', 'closed'] as const

/** Each read is an audit event, so the page reads again only when the person opens or refreshes it. */
export const lastDayQuery = queryOptions({
  queryKey: ['overview', 'last day'],
  queryFn: ({ signal }) =>
    get(
      '/audit/histogram',
      { query: { notKind: secondEvents, from: new Date(serverNow() - day).toISOString(), buckets: 24 } },
      signal,
    ),
  staleTime: 60_000,
})

export const canReadAudit = (me: Me) => can(me, 'gateway:audit:read')
