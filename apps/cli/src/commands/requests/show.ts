import type { LoggedEvent } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway, type GatewayAccess } from '../../gateway/gateway-api.ts'
import { ShownAccessRequest } from '../../output/output-schemas.ts'
import { printJson, printTable } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { cellsOf, headings, shortRowsOf } from '../audit/events/event-row.ts'
import { zoneName, zoneOf } from '../audit/events/times.ts'
import { gatewayOptions, utcOption } from '../options/shared-options.ts'
import { findAccessRequest, idArgument } from './find-request.ts'
import { printActivity, printState, printTerms } from './print-request.ts'

export const command = 'show <id>'
export const describe = 'Show an access request, its reviews and grant, and every call under the grant.'
export const details =
  'You can show your own access requests, and those that you can review or have reviewed. Auditors and administrators can show all. The audit log records when you look at the calls of another user.'
export const examples = ['rack-gateway requests show 01a21006-6e55-7646-9171-966421143187']
export const builder = { id: idArgument, utc: utcOption, ...gatewayOptions } as const satisfies CommandOptions

const pageSize = 200
/** Pages of events. More events are in the audit log. */
const maxPages = 50

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const request = await findAccessRequest(target, args.id)
  const { events, isComplete } = request.grant === null ? noEvents : await listEvents(target, request.id)
  if (json) printJson(context, ShownAccessRequest, { ...request, events })
  else {
    printTerms(context, request, zone)
    printState(context, request, zone)
    printActivity(context, request, zone)
    if (request.grant !== null) {
      if (events.length > 0) {
        context.print('')
        context.print('Events under the grant, oldest first:')
      }
      const rows = events.map((item) => cellsOf(item, zone))
      printTable(context, [`TIME (${zoneName(zone)})`, ...headings], rows, 'Nothing was done under the grant yet.', {
        shortRows: shortRowsOf(events, { zone, now: context.now }),
        favored: 'SUBJECT',
      })
    }
    for (const line of request.may.flatMap((action) => nextCommands[action]?.(request.id) ?? [])) context.note(line)
  }
  if (!isComplete)
    context.note(
      `Only the first ${events.length.toLocaleString('en')} events are shown. The audit log has all of them.`,
    )
}

const nextCommands: Readonly<Record<string, (id: string) => readonly string[]>> = {
  review: (id) => [
    `To approve it: rack-gateway requests approve ${id}`,
    `To deny it: rack-gateway requests deny ${id} --note "WHY"`,
  ],
  cancel: (id) => [`To cancel it: rack-gateway requests cancel ${id}`],
  revoke: (id) => [`To end the access now: rack-gateway requests revoke ${id}`],
}

interface Events {
  readonly events: LoggedEvent[]
  readonly isComplete: boolean
}

const noEvents: Events = { events: [], isComplete: true }

async function listEvents(gateway: GatewayAccess, id: string): Promise<Events> {
  const events: LoggedEvent[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await callGateway(gateway, 'listGrantEvents', { id, query: { limit: pageSize, cursor } })
    events.push(...page.items)
    if (page.next === null) return { events, isComplete: true }
    cursor = page.next
  }
  return { events, isComplete: false }
}
