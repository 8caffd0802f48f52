import type { LoggedEvent } from '@rack-gateway/gateway-api'
import { eventSubject } from '@rack-gateway/gateway-api/event-subject'
import { shownTime, type Zone } from './times.ts'

/** The cells of an event in a table: the time, and one for each of `headings`. */
export function cellsOf({ id, event }: LoggedEvent, zone: Zone): string[] {
  const { at, kind, principal, rack, app, decision, status, sent } = event
  const location = [rack, app].filter((name) => name !== undefined).join('/')
  const notSent = sent === false ? 'not sent' : undefined
  const outcome = [decision?.effect, status, notSent].filter((part) => part !== undefined).join(' ')
  return [shownTime(at, zone), principal?.name ?? '', kind, eventSubject(event), location, outcome, id]
}

/** Without the heading of the time, which contains the name of the time zone. */
export const headings = ['PRINCIPAL', 'KIND', 'SUBJECT', 'RACK/APP', 'RESULT', 'ID'] as const
