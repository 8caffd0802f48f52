import type { Recording, RequestOf } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { printPage } from '../../output/response.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { gatewayOptions, pageOptions, utcOption } from '../options/shared-options.ts'
import { filterOptions, readLimit } from './events/filters.ts'
import { readTimeFlag, shownTime, type Zone, zoneName, zoneOf } from './events/times.ts'

export const command = 'recordings'
export const describe = 'List recorded sessions, newest first.'
export const examples = ['rack-gateway audit recordings --principal ada@example.com --since 3d']
export const builder = {
  since: filterOptions.since,
  until: filterOptions.until,
  principal: { type: 'string', describe: 'The principal: an email address, "token:NAME (OWNER)", or an ID' },
  'in-rack': { type: 'string', describe: 'The rack of the session' },
  app: { type: 'string', alias: 'a', complete: 'app', describe: 'The app' },
  process: { type: 'string', describe: 'The process or the service' },
  state: { choices: ['open', 'ended', 'removed'], describe: 'The state of the recording' },
  ...pageOptions,
  utc: utcOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const page = await callGateway(target, 'listRecordings', { query: queryOf(args, context.now) })
  if (json) return context.print(safeJson(page, 2))
  const headings = [`STARTED (${zoneName(zone)})`, 'PRINCIPAL', 'COMMAND', 'PROCESS', 'LENGTH', 'STATE', 'ID']
  printPage(context, headings, page, { cellsOf: (item) => cellsOf(item, zone), emptyText: 'No recording matches.' })
}

function queryOf(args: Arguments<typeof builder>, now: number): RequestOf<'listRecordings'>['query'] {
  const { since, until, inRack, principal, app, process, state, cursor } = args
  const zone = zoneOf(args)
  return {
    limit: readLimit(args.limit),
    from: since === undefined ? undefined : readTimeFlag('--since', since, { now, zone }),
    to: until === undefined ? undefined : readTimeFlag('--until', until, { now, zone }),
    rack: inRack,
    principal,
    app,
    process,
    state,
    cursor,
  }
}

function cellsOf(recording: Recording, zone: Zone): string[] {
  const { id, startedAt, endedAt, principal, rack, app, process, command, route } = recording
  const location = [rack, app, process].filter((name) => name !== null).join('/')
  const subject = command || route
  const length = endedAt === null ? '' : duration(Date.parse(endedAt) - Date.parse(startedAt))
  return [shownTime(startedAt, zone).slice(0, 19), principal.name, subject, location, length, stateOf(recording), id]
}

function stateOf({ endedAt, removedBecause, lost }: Recording): string {
  if (removedBecause !== null) return 'removed'
  if (endedAt === null) return 'open'
  // `lost` is null if the gateway process ended before it could record how much is missing.
  if (lost === null) return 'cut'
  return lost > 0 ? 'gaps' : 'ended'
}

/** `2:03` or `1:02:03`. */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000))
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
  const [hours = 0, ...rest] = parts
  const padded = (hours === 0 ? rest : parts).map((part, index) =>
    index === 0 ? `${part}` : `${part}`.padStart(2, '0'),
  )
  return padded.join(':')
}
