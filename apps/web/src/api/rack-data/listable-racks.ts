import { queryOptions } from '@tanstack/react-query'
import { post } from '../client.ts'

/** The racks whose list the person may read. The gateway records no audit event for these requests. */
export function listableRacksQuery(route: `GET /${string}`, racks: readonly string[]) {
  return queryOptions({
    queryKey: ['decisions', 'racks', route, racks],
    async queryFn({ signal }) {
      const decisions = await Promise.all(
        racks.map((rack) => post('/policy/decisions', { body: { rack, calls: [{ route }] } }, signal)),
      )
      return racks.filter((_, index) => decisions[index]?.decisions[0]?.decision.effect === 'allow')
    },
    staleTime: 60_000,
  })
}
