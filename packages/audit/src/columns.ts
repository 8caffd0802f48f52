import type { RecordedEvent } from './recorded-event.ts'
import { isUuid } from './uuid.ts'

/**
 * What an event is found by, then its canonical form: a line of values between tabs, an empty one for none.
 * No value holds a tab or a line's end, because events hold no control characters.
 */
export function lineOf({ place, terms, canonical }: RecordedEvent): string {
  const { kind, request, of, principal, principalName, address, rack, app, route, permission, effect, rule } = terms
  const ofEvent = of !== '' && isUuid(of.toLowerCase()) ? of : ''
  const status = isSmall(terms.status) ? terms.status : ''
  return `${place.seq}\t${place.at}\t${place.id}\t${kind}\t${request}\t${ofEvent}\t${principal}\t${principalName}\t${address}\t${rack}\t${app}\t${route}\t${permission}\t${effect}\t${rule}\t${status}\t${terms.process}\t${terms.command.join(' ')}\t${canonical}`
}

function isSmall(status: number | undefined): boolean {
  return status !== undefined && Number.isInteger(status) && Math.abs(status) < 32_768
}
