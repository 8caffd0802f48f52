import type { AccessRequest, AccessRequestDetails } from '@rack-gateway/gateway-api'
import type { Context } from '../../invocation/context.ts'
import { printFields, printTable } from '../../output/response.ts'
import { printable } from '../../terminal/terminal.ts'
import { shownTime, type Zone, zoneName } from '../audit/events/times.ts'
import { durationText, quoted, reviewText, scopeText, stateText, timeText } from './text.ts'

type Reviewer = AccessRequestDetails['reviewers'][number]

/** Such as `bea@example.com (group:leads), cid@example.com (role:admin)`. */
export function reviewersText(reviewers: readonly Reviewer[]): string {
  const shown = reviewers.slice(0, 10).map(({ email, because }) => `${email} (${because})`)
  return [...shown, ...(reviewers.length > 10 ? [`and ${reviewers.length - 10} more`] : [])].join(', ')
}

/** What was asked for, by whom, and why. */
export function printTerms(context: Context, request: AccessRequestDetails, zone: Zone): void {
  const { id, user, role, seconds, startsAt, rule, reason, createdAt } = request
  printFields(context, [
    ['id', id],
    ['user', user.email],
    ['role', `${role} on ${scopeText(request)}`],
    ['time', `${durationText(seconds)}${startsAt === null ? '' : `, from ${timeText(startsAt, zone)}`}`],
    ['reason', `${user.email}: ${quoted(reason)}`],
    ['rule', rule],
    ['asked', timeText(createdAt, zone)],
    ['extends', request.extends ?? ''],
    ...request.reviews.map((review) => ['review', reviewText(review, zone)] as const),
    ['reviewers', reviewersText(request.reviewers)],
  ])
}

export function printState(context: Context, request: AccessRequest, zone: Zone): void {
  context.print(printable(`The access request ${request.id} ${stateText(request, zone)}`))
}

/** The open calls, and the processes and builds that keep running after they end. */
export function printActivity(context: Context, { live, running, may }: AccessRequestDetails, zone: Zone): void {
  const time = (text: string) => shownTime(text, zone).slice(0, 19)
  if (live.length > 0) {
    context.print('')
    context.print('Live calls under the grant:')
    const rows = live.map(({ startedAt, rack, app, command, route, recording }) => [
      time(startedAt),
      app === null ? rack : `${rack}/${app}`,
      command ?? route,
      recording ?? '',
    ])
    printTable(context, [`STARTED (${zoneName(zone)})`, 'RACK/APP', 'CALL', 'RECORDING'], rows, '')
    if (may.includes('see-recordings') && live.some(({ recording }) => recording !== null))
      context.print('To watch a session: rack-gateway audit watch RECORDING')
  }
  if (running.length > 0) {
    context.print('')
    context.print('Started under the grant, and still running:')
    const rows = running.map(({ kind, id, rack, app, startedAt }) => [time(startedAt), kind, `${rack}/${app}`, id])
    printTable(context, [`STARTED (${zoneName(zone)})`, 'KIND', 'RACK/APP', 'ID'], rows, '')
  }
}
