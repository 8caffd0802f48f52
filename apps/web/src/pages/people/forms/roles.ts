import { queryOptions } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'

/** The roles of the policy in force. */
export const rolesQuery = queryOptions({
  queryKey: ['/policy/matrix', 'roles'],
  queryFn: async ({ signal }) => (await get('/policy/matrix', {}, signal)).roles,
  staleTime: 60_000,
})
