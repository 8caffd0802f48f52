import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { table } from '../../output/table.ts'
import { targetOf } from '../../target/gateway-target.ts'
import type { Arguments, CommandOptions } from '../command-module.ts'
import { gatewayOptions, pageOptions, utcOption } from '../options/shared-options.ts'
import { cellsOf, headings } from './events/event-row.ts'
import { filterOptions, filterQuery, readLimit } from './events/filters.ts'
import { zoneName, zoneOf } from './events/times.ts'

export const command = 'search [words..]'
export const describe = 'Find events, newest first.'
export const examples = [
  'rack-gateway audit search --principal ada@example.com --since 2h',
  'rack-gateway audit search rake db:migrate --effect deny --in-rack production',
]
export const builder = {
  ...filterOptions,
  ...pageOptions,
  utc: utcOption,
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = 'asking the gateway'

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, limit, cursor } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const query = filterQuery(args, { now: context.now, zone })
  const page = await callGateway(target, 'searchAudit', { query: { ...query, limit: readLimit(limit), cursor } })
  if (json) return context.print(safeJson(page, 2))
  if (page.items.length === 0) return context.note('No event matches.')
  for (const line of table(
    context,
    [`TIME (${zoneName(zone)})`, ...headings],
    page.items.map((item) => cellsOf(item, zone)),
  ))
    context.print(line)
  if (page.next !== null) context.note(`There are more. To see them, pass --cursor ${page.next.replace(/[^\w-]/g, '')}`)
}
