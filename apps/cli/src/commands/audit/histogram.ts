import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { table } from '../../output/table.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions, utcOption } from '../options/shared-options.ts'
import { filterOptions, filterQuery } from './events/filters.ts'
import { shownTime, zoneName, zoneOf } from './events/times.ts'

export const command = 'histogram [words..]'
export const describe = 'Count events by time and result; without --since, those of the last 24 hours.'
export const examples = [
  'rack-gateway audit histogram --since 7d',
  'rack-gateway audit histogram --not-kind audit.read --not-effect allow --since 30d',
]
export const builder = {
  ...filterOptions,
  utc: utcOption,
  ...gatewayOptions,
} as const satisfies CommandOptions
export const progress = 'the gateway is counting'

/** 24 hours overlap up to 25 clock hours, and each of these has a bucket. */
const maxBuckets = 25

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const query = filterQuery(args, { now: context.now, zone })
  const histogram = await callGateway(target, 'countAuditEvents', { query: { ...query, buckets: maxBuckets } })
  if (json) return context.print(safeJson(histogram, 2))
  const { buckets, total, complete, countedFrom } = histogram
  const headings = [`FROM (${zoneName(zone)})`, 'ALLOWED', 'DENIED', 'NEEDS', 'FAILED', 'NO DECISION']
  const rows = buckets.map(({ at, allowed, denied, required, failed, none }) => [
    shownTime(at, zone).slice(0, 19),
    ...[allowed, denied, required, failed, none].map(String),
  ])
  for (const line of table(context, headings, rows)) context.print(line)
  context.note(
    complete
      ? `${total} events match.`
      : `At least ${total} events match. Only those since ${shownTime(countedFrom, zone)} were counted completely.`,
  )
}
