import { queryOptions } from '@tanstack/react-query'
import { get } from '../../api/client.ts'

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => get('/health', {}, signal),
})
