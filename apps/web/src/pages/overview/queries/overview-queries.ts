import type { Me, RackStatuses } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
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

export const ownTokensQuery = queryOptions({
  queryKey: ['overview', 'tokens'],
  queryFn: ({ signal }) => get('/tokens', { query: { owner: 'me', limit: 200 } }, signal),
})

/** Null unless the policy requires a second factor of the person and the person has none. */
export const missingFactorQuery = queryOptions({
  queryKey: ['overview', 'missing factor'],
  async queryFn({ signal }) {
    const { required, requiredBy } = await get('/second-factors/settings', {}, signal)
    if (!required) return null
    const { items } = await get('/second-factors', { query: { user: 'me', limit: 1 } }, signal)
    return items.length === 0 ? { requiredBy } : null
  },
})

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
