import type { Context } from '../../context.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { safeJson } from '../../output/safe-json.ts'
import { printable } from '../../output/terminal.ts'
import type { Target } from '../../target/target.ts'
import { FoundEvent } from './events/shown-event.ts'
import { shownTime, type Zone } from './events/times.ts'

export interface Show {
  readonly id: string
  readonly format: 'text' | 'json'
  readonly zone: Zone
}

/** Prints all of one event, a member a line, and where it is found again. */
export async function showEvent(context: Context, target: Target, { id, format, zone }: Show): Promise<void> {
  const found = await callGateway(target, { path: `/audit/events/${encodeURIComponent(id)}`, answer: FoundEvent })
  if (format === 'json') return context.print(safeJson(found, 2))
  const { link, writtenAt, event } = found
  const members = linesOf('', {
    ...event,
    at: shownTime(event.at, zone),
    'written at': shownTime(writtenAt, zone),
    link,
  })
  const width = Math.max(...members.map(([name]) => name.length))
  for (const [name, value] of members) context.print(`${name.padEnd(width)}  ${value}`)
}

function linesOf(before: string, value: object): [name: string, value: string][] {
  return Object.entries(value).flatMap(([name, member]: [string, unknown]): [string, string][] => {
    const path = printable(before === '' ? name : `${before}.${name}`)
    if (Array.isArray(member) && member.every((one) => typeof one === 'string'))
      return [[path, printable(member.join(' '))]]
    if (typeof member === 'object' && member !== null) return linesOf(path, member)
    return [[path, printable(String(member))]]
  })
}
