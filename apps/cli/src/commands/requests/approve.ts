import { AccessRequestDetails } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import { confirm } from '../../output/confirm.ts'
import { printJson } from '../../output/response.ts'
import { parseSeconds } from '../options/duration.ts'
import { mfaOptions } from '../options/mfa-options.ts'
import { jsonOption, listOption, yesOption } from '../options/shared-options.ts'
import { findAccessRequest, idArgument } from './find-request.ts'
import { gatewayOfRacks } from './gateway-racks.ts'
import { printState, printTerms } from './print-request.ts'
import { workingTimes } from './questions.ts'
import { parseStart } from './start-time.ts'
import { durationText, scopeText, timeText } from './text.ts'

export const command = 'approve <id>'
export const describe = 'Approve an access request of another user, in full or in part.'
export const details =
  'You can grant less than was asked for: fewer racks or apps, a shorter time, or a later start. The policy can require a proof of your second factor.'
export const examples = [
  'rack-gateway requests approve 01a21006-6e55-7646-9171-966421143187',
  'rack-gateway requests approve 01a21006-6e55-7646-9171-966421143187 --app web --for 30m --note "only the web app"',
]
export const builder = {
  id: idArgument,
  rack: listOption('Only this rack, or a pattern with *', { alias: 'r', complete: 'rack' }),
  app: listOption('Only this app, or a pattern with *', { alias: 'a', complete: 'app' }),
  for: { type: 'string', describe: 'A shorter working time: 30m, 2h' },
  start: {
    type: 'string',
    describe: 'A later start: 23:00 (the next such time here), 2027-01-31T12:00Z, or 2h from now',
  },
  note: { type: 'string', describe: 'A note, which the user, lists, and audit events show' },
  yes: yesOption,
  ...mfaOptions,
  json: jsonOption,
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { context, json, yes, app, note } = args
  const seconds = args.for === undefined ? undefined : parseSeconds('--for', args.for, workingTimes)
  const startsAt = args.start === undefined ? undefined : parseStart(args.start, context.now)
  const { target, racks } = await gatewayOfRacks(context, args.rack ?? [])
  const request = await findAccessRequest(target, args.id)
  // What is decided cannot become pending again, so the gateway refuses this approval, and says who decided.
  if (request.state === 'pending') {
    if (context.interactive && !yes) printTerms(json ? { ...context, print: context.note } : context, request, 'local')
    await confirm(
      context,
      () =>
        Promise.resolve(
          actionText(request, { racks: racks.length > 0 ? racks : request.racks, app, seconds, startsAt }),
        ),
      { yes },
    )
  }
  const body = {
    ...(racks.length > 0 && { racks }),
    ...(app !== undefined && { apps: app }),
    ...(seconds !== undefined && { seconds }),
    ...(startsAt !== undefined && { startsAt }),
    ...(note !== undefined && { note }),
  }
  const approved = await callGateway(target, 'approveAccessRequest', { id: request.id, body })
  if (json) return printJson(context, AccessRequestDetails, approved)
  printState(context, approved, 'local')
}

interface Limits {
  readonly racks: readonly string[]
  readonly app: readonly string[] | undefined
  readonly seconds: number | undefined
  readonly startsAt: string | undefined
}

function actionText(request: AccessRequestDetails, limits: Limits): string {
  const { racks, app: apps = request.apps, seconds = request.seconds, startsAt = request.startsAt } = limits
  const start = startsAt === null ? '' : `, from ${timeText(startsAt, 'local')}`
  return `give ${request.user.email} the role ${request.role} on ${scopeText({ racks, apps })} for ${durationText(seconds)}${start}`
}
