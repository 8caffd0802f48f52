import type { ItemOf, ListEndpointName, RequestOf } from '@rack-gateway/gateway-api'
import { Denied, Usage } from '../errors/errors.ts'
import { callGateway, type GatewayAccess } from './gateway-api.ts'

const pageSize = 200
const maxPages = 100

type ListQuery<N extends ListEndpointName> = Omit<NonNullable<RequestOf<N>['query']>, 'limit' | 'cursor'>

/** All items of a list. @throws as `callGateway`; Usage for more than 20,000 */
export async function listAllItems<N extends ListEndpointName>(
  gateway: GatewayAccess,
  name: N,
  query?: ListQuery<N>,
): Promise<ItemOf<N>[]> {
  const items: ItemOf<N>[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const request = { query: { ...query, limit: pageSize, cursor } } as RequestOf<N>
    const page = await callGateway(gateway, name, request)
    items.push(...page.items)
    if (page.next === null) return items
    cursor = page.next
  }
  throw new Usage(`The list has more than ${pageSize * maxPages} items.`, 'Narrow the list, or name an item by its ID.')
}

/** For `catch`: no items for a caller without the permission to list them. */
export function emptyIfDenied(error: unknown): never[] {
  if (error instanceof Denied) return []
  throw error
}
