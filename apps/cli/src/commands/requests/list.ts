import { type AccessRequest, accessRequestStates, endpoints } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printJson, printPage } from '../../output/response.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { readLimit } from '../audit/events/filters.ts'
import { shortestDistinctIds } from '../audit/events/short-id.ts'
import { shortTime, shownTime, type Zone, zoneName, zoneOf } from '../audit/events/times.ts'
import { gatewayOptions, pageOptions, utcOption } from '../options/shared-options.ts'
import { durationText, quoted, scopeText } from './text.ts'

export const command = 'list'
export const describe = 'List access requests, newest first: yours, those that wait for you, or all.'
export const examples = [
  'rack-gateway requests',
  'rack-gateway requests --waiting',
  'rack-gateway requests list --all --state active',
]
export const builder = {
  waiting: { type: 'boolean', describe: 'List the access requests that you can review now' },
  all: { type: 'boolean', describe: 'List the access requests of all users; for auditors and administrators' },
  state: { choices: [...accessRequestStates], describe: 'Only access requests in this state' },
  ...pageOptions,
  utc: utcOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, waiting, all, state, limit, cursor } = args
  if (waiting && all) throw new Usage('--waiting and --all contradict each other.', 'Keep one of them.')
  const zone = zoneOf(args)
  const view = waiting ? 'waiting' : all ? 'all' : 'own'
  const query = { view, state, limit: readLimit(limit), cursor } as const
  const page = await callGateway(await targetOf(context, rack), 'listAccessRequests', { query })
  if (json) return printJson(context, endpoints.listAccessRequests.response, page)
  const ids = shortestDistinctIds(page.items.map(({ id }) => id))
  const headings = [`ASKED (${zoneName(zone)})`, 'USER', 'ROLE', 'RACKS AND APPS', 'TIME', 'STATE', 'REASON', 'ID']
  printPage(context, headings, page, {
    cellsOf: (request) => [
      shownTime(request.createdAt, zone).slice(0, 16),
      ...cellsOf(request, zone, context.now),
      request.id,
    ],
    emptyText: emptyTexts[view],
    narrow: {
      favored: 'STATE',
      shortRows: page.items.map((request, index) => [
        shortTime(request.createdAt, zone, context.now),
        ...cellsOf(request, zone, context.now).slice(0, -1),
        // Without the reasons, because the states matter more. `requests show` has the reason.
        '',
        ids[index] ?? '',
      ]),
    },
  })
}

const emptyTexts = {
  own: 'You have no access requests. To ask for a role: rack-gateway request',
  waiting: 'No access request waits for your review.',
  all: 'There are no access requests.',
} as const

function cellsOf(request: AccessRequest, zone: Zone, now: number): string[] {
  const { user, role, seconds, reason } = request
  return [user.email, role, scopeText(request), durationText(seconds), stateCell(request, zone, now), quoted(reason)]
}

function stateCell({ state, answerBy, grant }: AccessRequest, zone: Zone, now: number): string {
  if (state === 'pending') return `pending, answer by ${shortMinute(answerBy, zone, now)}`
  if (grant !== null && (state === 'approved' || state === 'active'))
    return `${state}, until ${shortMinute(grant.until, zone, now)}`
  return state
}

/** `13:00` for today, and else as `shortTime`. */
function shortMinute(time: string, zone: Zone, now: number): string {
  return shortTime(time, zone, now).replace(/^(\d\d:\d\d):\d\d$/, '$1')
}
