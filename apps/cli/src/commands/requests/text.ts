import type { AccessRequest } from '@rack-gateway/gateway-api'
import { exactDurationInWords } from '@rack-gateway/time'
import { counted } from '../../output/counted.ts'
import { printable } from '../../terminal/terminal.ts'
import { shownTime, type Zone, zoneName } from '../audit/events/times.ts'

/** What a person wrote, in quotes: the text cannot close them, and so cannot look like a sentence of the gateway. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text))
}

/** `2027-01-31 12:00 (Europe/Berlin)`. */
export function timeText(time: string, zone: Zone): string {
  return `${shownTime(time, zone).slice(0, 16)} (${zoneName(zone)})`
}

export function durationText(seconds: number): string {
  return exactDurationInWords(seconds * 1_000)
}

/** `production`, or `staging, production for web, api`. */
export function scopeText({
  racks,
  apps = ['*'],
}: {
  readonly racks: readonly string[]
  readonly apps?: readonly string[]
}): string {
  return `${racks.join(', ')}${apps.includes('*') ? '' : ` for ${apps.join(', ')}`}`
}

export function reviewsText(count: number): string {
  return counted(count, 'review')
}

/** What became of an access request, as a sentence after `The access request … `. */
export function stateText(request: AccessRequest, zone: Zone): string {
  const { state, answerBy, grant, role, workStarts, ended, decidedAt } = request
  const denial = state === 'denied' ? request.reviews.find(({ approved }) => !approved) : undefined
  const at = ended?.at ?? decidedAt ?? denial?.at
  const name = ended?.by?.name ?? denial?.reviewer.email
  const words = ended?.note ?? denial?.note ?? null
  const time = at === undefined ? '' : ` at ${timeText(at, zone)}`
  const by = name === undefined ? '' : ` by ${name}`
  const note = words === null ? '' : `, with the note ${quoted(words)}`
  if (state === 'pending') {
    const missing = Math.max(1, request.neededReviews - approvals(request))
    return `is pending. It needs ${reviewsText(missing)} by ${timeText(answerBy, zone)}.`
  }
  if (state === 'lapsed')
    return grant === null
      ? `lapsed${time}, because it did not get its reviews in time.`
      : `lapsed${time}, because its grant was not used in time.`
  if (grant === null || (state !== 'approved' && state !== 'active'))
    return `${stateWords[state] ?? `is ${state}`}${by}${time}${note}.`
  const scope = `${role} on ${scopeText(grant)}`
  if (state === 'approved' && workStarts === 'firstUse')
    return `is approved. Its time of ${durationText(grant.seconds)} starts with the first call that needs ${scope}. Make this call before ${timeText(grant.until, zone)}, or the grant lapses.`
  if (state === 'approved')
    return `is approved. It gives ${scope} from ${timeText(grant.from, zone)} until ${timeText(grant.until, zone)}.`
  return `is active. It gives ${scope} until ${timeText(grant.until, zone)}.`
}

const stateWords: Readonly<Record<string, string>> = {
  denied: 'was denied',
  canceled: 'was canceled',
  ended: 'is over: its grant ended',
  revoked: 'is over: its grant was revoked',
}

function approvals({ reviews }: AccessRequest): number {
  return reviews.filter(({ approved }) => approved).length
}

/** Such as `bea@example.com approved it (group:leads): "ok"`. */
export function reviewText(review: AccessRequest['reviews'][number], zone: Zone): string {
  const { reviewer, approved, because, note, racks, apps, seconds, startsAt, at } = review
  const limits = [
    ...(racks === null ? [] : [`on ${racks.join(', ')}`]),
    ...(apps === null ? [] : [`for ${apps.join(', ')}`]),
    ...(seconds === null ? [] : [durationText(seconds)]),
    ...(startsAt === null ? [] : [`from ${timeText(startsAt, zone)}`]),
  ]
  const limited = approved && limits.length > 0 ? `, limited to: ${limits.join('; ')}` : ''
  return `${reviewer.email} (${because}) ${approved ? 'approved' : 'denied'} it at ${timeText(at, zone)}${limited}${note === null ? '' : `: ${quoted(note)}`}`
}
