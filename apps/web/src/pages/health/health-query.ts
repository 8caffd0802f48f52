import { queryOptions } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import { rackWait, repeatWhileWaiting } from '../overview/racks/rack-wait.ts'

/** Shows each rack soon after it answered: while a rack has not, the request is repeated. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => get('/health', { query: { wait: rackWait } }, signal),
  refetchInterval: ({ state }) => repeatWhileWaiting(state),
})
