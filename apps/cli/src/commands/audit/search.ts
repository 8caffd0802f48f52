import type { Context } from '../../context.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { table } from '../../output/table.ts'
import type { Target } from '../../target/target.ts'
import { filterQuery, type GivenFilters, readLimit } from './events/filters.ts'
import { cellsOf, headings, Page } from './events/shown-event.ts'
import { type Zone, zoneName } from './events/times.ts'

export interface Search extends GivenFilters {
  readonly limit: string
  readonly cursor?: string | undefined
  readonly format: 'text' | 'json'
  readonly zone: Zone
}

/** Prints the newest events that fit, and how to see more. */
export async function searchAudit(context: Context, target: Target, search: Search): Promise<void> {
  const { limit, cursor, format, zone } = search
  const query = filterQuery(search, { now: context.now, zone })
  query.set('limit', readLimit(limit))
  if (cursor !== undefined) query.set('cursor', cursor)
  const page = await callGateway(target, { path: `/audit/events?${query}`, answer: Page })
  if (format === 'json') return context.print(safeJson(page, 2))
  if (page.items.length === 0) return context.note('nothing in the audit log fits')
  for (const line of table(
    context,
    [`TIME (${zoneName(zone)})`, ...headings],
    page.items.map((item) => cellsOf(item, zone)),
  ))
    context.print(line)
  if (page.next !== null) context.note(`there is more: add --cursor ${page.next.replace(/[^\w-]/g, '')}`)
}
