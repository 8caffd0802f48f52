import type { Health } from '@rack-gateway/gateway-api'
import { queryOptions } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import { nextRackRequest, rackWait } from '../overview/racks/rack-wait.ts'

const queryKey = ['health'] as const

export const healthQuery = queryOptions({
  queryKey,
  queryFn: ({ client, signal }) => get('/health', { query: rackWait(client.getQueryData<Health>(queryKey)) }, signal),
  refetchInterval: ({ state }) => nextRackRequest(state),
})
