import { AccessRequestDetails, type AccessRequestPreview, type RequestOf } from '@rack-gateway/gateway-api'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { Usage } from '../errors/errors.ts'
import { exitCodes } from '../errors/exit-codes.ts'
import { callGateway } from '../gateway/gateway-api.ts'
import type { Context } from '../invocation/context.ts'
import { confirm } from '../output/confirm.ts'
import { printFields, printJson } from '../output/response.ts'
import type { Target } from '../rack-choice/local/target.ts'
import { parseSeconds } from './options/duration.ts'
import { mfaOptions } from './options/mfa-options.ts'
import { jsonOption, listOption } from './options/shared-options.ts'
import { findAccessRequest } from './requests/find-request.ts'
import { gatewayOfRacks } from './requests/gateway-racks.ts'
import { printState, reviewersText } from './requests/print-request.ts'
import { askForTerms, type KnownTerms, workingTimes } from './requests/questions.ts'
import { parseStart } from './requests/start-time.ts'
import { durationText, quoted, reviewsText, scopeText, timeText } from './requests/text.ts'
import { waitForDecision } from './requests/wait.ts'

export const command = 'request'
export const describe = 'Ask for a role for a limited time, and show who can approve it.'
export const details =
  'At a terminal, the command asks for what the options do not say. The policy names who can ask for which role, and who reviews it. With --wait, exits with 0 when the access request is approved, or with 5 when it is denied, is canceled, or lapses.'
export const examples = [
  'rack-gateway request     # asks step by step',
  'rack-gateway request --role deployer --rack production --app web --for 1h --reason "OPS-17 hotfix" --wait',
  'rack-gateway request --role deployer --rack production --for 2h --start 23:00 --reason "OPS-18 migration"',
  'rack-gateway request --extend 01a21006-6e55-7646-9171-966421143187 --for 1h --reason "OPS-17 takes longer"',
]
export const builder = {
  role: { type: 'string', describe: 'The role' },
  rack: listOption('A rack, or a pattern with *', { alias: 'r', complete: 'rack' }),
  app: listOption('An app, or a pattern with *; the default is every app', { alias: 'a', complete: 'app' }),
  for: { type: 'string', describe: 'The working time: 30m, 2h' },
  start: {
    type: 'string',
    describe:
      'The start: 23:00 (the next such time here), 2027-01-31T12:00Z, or 2h from now; the default is the approval',
  },
  reason: { type: 'string', describe: 'The reason, which reviewers, lists, and audit events show' },
  rule: { type: 'string', describe: 'The request rule of the policy; the default is the first rule that fits' },
  extend: {
    type: 'string',
    describe: 'The ID of your access request whose grant to extend; its role, racks, and apps are the defaults',
  },
  wait: { type: 'boolean', describe: 'Wait until the access request is decided' },
  ...mfaOptions,
  json: jsonOption,
} as const satisfies CommandOptions
/** The command waits for people, and says so itself. */
export const progress = null

type Terms = RequestOf<'createAccessRequest'>['body']
type RequestArguments = Arguments<typeof builder>

export async function handler(args: RequestArguments): Promise<number> {
  const { context, json, wait } = args
  // With --json, the sentences go to standard error.
  const told = json ? { ...context, print: context.note } : context
  const { target, terms, isAsked } = await termsOf(args)
  const preview = await callGateway(target, 'previewAccessRequest', { body: terms })
  printPreview(told, target, { terms, preview })
  if (isAsked) await confirm(context, `ask for ${terms.role} on ${scopeText(terms)}`, { yes: false })
  const created = await callGateway(target, 'createAccessRequest', { body: terms })
  printState(told, created, 'local')
  if (created.state === 'pending') {
    told.print(`A reviewer approves it with: rack-gateway requests approve ${created.id}`)
    if (!wait) told.print(`To see its state: rack-gateway requests show ${created.id}`)
  }
  const decided = wait ? await waitForDecision(told, target, created) : created
  if (json) printJson(context, AccessRequestDetails, decided ?? created)
  if (decided === null) return exitCodes.interrupted
  return !wait || decided.state === 'approved' || decided.state === 'active' ? exitCodes.ok : exitCodes.denied
}

interface ReadTerms {
  readonly target: Target
  readonly terms: Terms
  /** Whether the user answered questions. */
  readonly isAsked: boolean
}

async function termsOf(args: RequestArguments): Promise<ReadTerms> {
  const { context, rule, extend } = args
  const seconds = args.for === undefined ? undefined : parseSeconds('--for', args.for, workingTimes)
  const startsAt = args.start === undefined ? undefined : parseStart(args.start, context.now)
  requireTerminal(args)
  const { target, racks } = await gatewayOfRacks(context, args.rack ?? [])
  const extended = extend === undefined ? null : await findAccessRequest(target, extend)
  const extendedScope = extended?.grant ?? extended
  const known: KnownTerms = {
    ...(rule !== undefined && { rule }),
    role: args.role ?? extended?.role,
    racks: racks.length > 0 ? racks : (extendedScope?.racks ?? []),
    apps: args.app ?? extendedScope?.apps,
    seconds,
    reason: args.reason,
  }
  const others = { ...(startsAt !== undefined && { startsAt }), ...(extended !== null && { extends: extended.id }) }
  if (isComplete(known)) {
    const { apps, ...rest } = known
    return { target, terms: { ...rest, ...(apps !== undefined && { apps }), ...others }, isAsked: false }
  }
  const { items } = await callGateway(target, 'listRequestOptions', {})
  return { target, terms: { ...(await askForTerms(context, known, items)), ...others }, isAsked: true }
}

type CompleteTerms = KnownTerms & { readonly role: string; readonly seconds: number; readonly reason: string }

function isComplete(known: KnownTerms): known is CompleteTerms {
  const { role, racks, seconds, reason } = known
  return role !== undefined && racks.length > 0 && seconds !== undefined && reason !== undefined
}

/** @throws Usage without a terminal, if an option is missing */
function requireTerminal(args: RequestArguments): void {
  const { context, extend } = args
  const needed = extend === undefined ? (['role', 'rack', 'for', 'reason'] as const) : (['for', 'reason'] as const)
  const missing = needed.filter((name) => args[name] === undefined).map((name) => `--${name}`)
  if (context.interactive || missing.length === 0) return
  throw new Usage(
    `Without a terminal, the command cannot ask for ${missing.join(', ')}.`,
    `Pass ${missing.length === 1 ? 'this option' : 'these options'}. For example: ${examples[1]}`,
  )
}

function printPreview(
  context: Context,
  { origin }: Target,
  { terms, preview }: { readonly terms: Terms; readonly preview: AccessRequestPreview },
): void {
  const { role, seconds, startsAt, reason } = terms
  const start = startsAt === undefined ? '' : `, from ${timeText(startsAt, 'local')}`
  const { rule, reviews, reviewers, answerBy } = preview
  printFields(context, [
    ['gateway', origin],
    ['role', `${role} on ${scopeText(terms)}`],
    ['time', `${durationText(seconds)}${start}`],
    ['reason', quoted(reason)],
    ['rule', rule],
    ['needs', reviews === 0 ? 'no review: the rule approves it' : reviewsText(reviews)],
    ['reviewers', reviews === 0 ? '' : reviewersText(reviewers)],
    ['answer by', reviews === 0 ? '' : timeText(answerBy, 'local')],
  ])
}
