import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { gatewayOptions, utcOption } from '../options/shared-options.ts'
import { completeId } from './events/short-id.ts'
import { shownTime, zoneOf } from './events/times.ts'

export const command = 'show <id>'
export const describe = 'Show all fields of an event, and its permalink.'
export const examples = ['rack-gateway audit show 01a21006-6e55-7646-9171-966421143187']
export const builder = {
  id: {
    type: 'string',
    demandOption: true,
    describe: 'The ID of the event from rack-gateway audit search, or its beginning as a narrow terminal shows it',
  },
  utc: utcOption,
  ...gatewayOptions,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, rack, json, id } = args
  const zone = zoneOf(args)
  const target = await targetOf(context, rack)
  const loggedEvent = await callGateway(target, 'getAuditEvent', { id: await completeId(target, id) })
  if (json) return context.print(safeJson(loggedEvent, 2))
  const { link, writtenAt, event } = loggedEvent
  const fields = fieldsOf('', {
    ...event,
    at: shownTime(event.at, zone),
    'written at': shownTime(writtenAt, zone),
    link,
  })
  const width = Math.max(...fields.map(([name]) => name.length))
  for (const [name, value] of fields) context.print(`${name.padEnd(width)}  ${value}`)
}

/** Flattens nested objects to dotted names. */
function fieldsOf(prefix: string, value: object): [name: string, value: string][] {
  return Object.entries(value).flatMap(([name, field]: [string, unknown]): [string, string][] => {
    const path = printable(prefix === '' ? name : `${prefix}.${name}`)
    if (Array.isArray(field) && field.every((one) => typeof one === 'string'))
      return [[path, printable(field.join(' '))]]
    if (typeof field === 'object' && field !== null) return fieldsOf(path, field)
    return [[path, printable(String(field))]]
  })
}
