import type { ItemOf, ListEndpointName, RequestOf } from '@rack-gateway/gateway-api'
import { Usage } from '../errors.ts'
import { type Asker, callGateway } from './gateway-api.ts'

const perPage = 200
const mostPages = 100

type ListQuery<N extends ListEndpointName> = Omit<NonNullable<RequestOf<N>['query']>, 'limit' | 'cursor'>

/** All items of a list. @throws as `callGateway`, Usage for more than 20,000 */
export async function everyPage<N extends ListEndpointName>(
  asker: Asker,
  name: N,
  query?: ListQuery<N>,
): Promise<ItemOf<N>[]> {
  const items: ItemOf<N>[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < mostPages; pages++) {
    const request = { query: { ...query, limit: perPage, cursor } } as RequestOf<N>
    const page = await callGateway(asker, name, request)
    items.push(...page.items)
    if (page.next === null) return items
    cursor = page.next
  }
  throw new Usage(`There are more than ${perPage * mostPages}.`, 'Narrow the list, or name one by its ID.')
}
