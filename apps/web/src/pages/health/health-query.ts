import { queryOptions } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import { rackWait, repeatWhileWaiting } from '../overview/racks/rack-wait.ts'

/** The request is repeated while some racks have not answered, so that each rack is shown soon after its answer. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => get('/health', { query: { wait: rackWait } }, signal),
  refetchInterval: ({ state }) => repeatWhileWaiting(state),
})
