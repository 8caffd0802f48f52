import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printPage } from '../../output/response.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions, pageOptions, utcOption } from '../options/shared-options.ts'
import { cellsOf, headings, shortRowsOf } from './events/event-row.ts'
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

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, limit, cursor } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const query = filterQuery(args, { now: context.now, zone })
  const page = await callGateway(target, 'searchAudit', { query: { ...query, limit: readLimit(limit), cursor } })
  if (json) return context.print(safeJson(page, 2))
  printPage(context, [`TIME (${zoneName(zone)})`, ...headings], page, {
    cellsOf: (item) => cellsOf(item, zone),
    emptyText: 'No event matches.',
    narrow: { shortRows: shortRowsOf(page.items, { zone, now: context.now }), favored: 'SUBJECT' },
  })
}
