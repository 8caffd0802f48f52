import type { LoggedEvent } from '@rack-gateway/gateway-api'
import { eventSubject } from '@rack-gateway/gateway-api/event-subject'
import { shortestDistinctIds } from './short-id.ts'
import { shortTime, shownTime, type Zone } from './times.ts'

/** The cells of an event in a table: the time, and one for each of `headings`. */
export function cellsOf({ id, event }: LoggedEvent, zone: Zone): string[] {
  return [shownTime(event.at, zone), ...detailsOf(event), id]
}

/** The same cells for a narrow terminal: times without today's date, and IDs that are as short as `audit show` allows. */
export function shortRowsOf(
  items: readonly LoggedEvent[],
  { zone, now }: { readonly zone: Zone; readonly now: number },
): string[][] {
  const ids = shortestDistinctIds(items.map(({ id }) => id))
  const times = items.map(({ event }) => shortTime(event.at, zone, now))
  const width = Math.max(0, ...times.map((time) => time.length))
  return items.map(({ event }, index) => [times[index]?.padStart(width) ?? '', ...detailsOf(event), ids[index] ?? ''])
}

function detailsOf(event: LoggedEvent['event']): string[] {
  const { kind, principal, rack, app, decision, status, sent } = event
  const location = [rack, app].filter((name) => name !== undefined).join('/')
  const notSent = sent === false ? 'not sent' : undefined
  const outcome = [decision?.effect, status, notSent].filter((part) => part !== undefined).join(' ')
  return [principal?.name ?? '', kind, eventSubject(event), location, outcome]
}

/** Without the heading of the time, which contains the name of the time zone. */
export const headings = ['PRINCIPAL', 'KIND', 'SUBJECT', 'RACK/APP', 'RESULT', 'ID'] as const
