import { type Static, type TSchema, Type } from 'typebox'
import { Usage } from '../errors.ts'
import { Nullable } from '../nullable.ts'
import { type Asker, callGateway } from './gateway-api.ts'

const perPage = 200
const mostPages = 100

/** All items of a list. @param path may have a query @throws as `callGateway`, Usage for more than 20,000 */
export async function everyPage<S extends TSchema>(asker: Asker, path: `/${string}`, item: S): Promise<Static<S>[]> {
  const Page = Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) })
  const items: Static<S>[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < mostPages; pages++) {
    const query: string = `limit=${perPage}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const page: Static<typeof Page> = await callGateway(asker, {
      path: `${path}${path.includes('?') ? '&' : '?'}${query}`,
      answer: Page,
    })
    items.push(...page.items)
    if (page.next === null) return items
    cursor = page.next
  }
  throw new Usage(`there are more than ${perPage * mostPages}:`, 'narrow it, or name one by its id')
}
