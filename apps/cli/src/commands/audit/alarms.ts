import type { Alarm } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printTable } from '../../output/response.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions, pageOptions, utcOption } from '../options/shared-options.ts'
import { readLimit } from './events/filters.ts'
import { shownTime, zoneName, zoneOf } from './events/times.ts'

export const command = 'alarms'
export const describe = 'List alarms, newest first, and who acknowledged them.'
export const examples = ['rack-gateway audit alarms']
export const builder = { limit: pageOptions.limit, utc: utcOption, ...gatewayOptions } as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, limit } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const { items } = await callGateway(target, 'listAlarms', { query: { limit: readLimit(limit) } })
  if (json) return context.print(safeJson({ items }, 2))
  const headings = [`TIME (${zoneName(zone)})`, 'KIND', 'DETAILS', 'ACKNOWLEDGED BY', 'REASON', 'ID']
  const rows = items.map(({ id, event, acknowledged }) => [
    shownTime(event.at, zone),
    event.kind,
    detailsOf(event),
    acknowledged === null ? '' : acknowledged.by,
    acknowledged === null ? '' : acknowledged.reason,
    id,
  ])
  printTable(context, headings, rows, 'There are no alarms.')
}

/** The field `close` of an event says why a stream or a transfer ended. */
function detailsOf({ principal, ...event }: Alarm['event']): string {
  const detail: unknown = Reflect.get(event, 'detail')
  const close: unknown = Reflect.get(event, 'close')
  const fields = typeof detail === 'object' && detail !== null ? detail : {}
  const { problem, stream, seq, place, file } = fields as Readonly<Record<string, unknown>>
  const parts = [principal?.name, problem, stream && `stream ${stream}`, seq && `event ${seq}`, place, file, close]
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}
