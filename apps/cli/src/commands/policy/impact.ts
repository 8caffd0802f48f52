import type { Impact, ImpactChange, WouldBe } from '@rack-gateway/gateway-api'
import type { PolicyDocument } from '@rack-gateway/rbac-policy'
import { builtInText, readPolicy } from '@rack-gateway/rbac-policy/document'
import { exactDurationInWords } from '@rack-gateway/time'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { Usage } from '../../errors/errors.ts'
import { exitCodes } from '../../errors/exit-codes.ts'
import { callGateway } from '../../gateway/gateway-api.ts'
import type { Context } from '../../invocation/context.ts'
import { counted } from '../../output/counted.ts'
import { safeJson } from '../../output/safe-json.ts'
import { targetOf } from '../../rack-choice/gateway-target.ts'
import { printable } from '../../terminal/terminal.ts'
import { jsonOption, rackOption } from '../options/shared-options.ts'
import { builtInName, invalidFile } from './named-document.ts'
import { rackFilter } from './rack-filter.ts'
import { readText, shownName } from './read-text.ts'
import { documentName, stdinName } from './stdin-name.ts'

export const command = 'impact [new]'
export const describe =
  'Show which recorded calls a policy document would newly deny or allow, and how many step-ups it would ask for.'
export const details =
  'The gateway decides the calls of its audit log again, by the new document and without policy packages. You need the permissions gateway:audit:read and gateway:policy:read. The audit log records the request. With --would-be, it needs no document: it shows the calls that observe mode allowed, and that the policy in force would deny.'
export const examples = [
  'rack-gateway policy impact policy.yaml',
  'rack-gateway policy impact policy.yaml --since 12h --json',
  'rack-gateway policy impact --would-be --since 7d --rack staging',
]
export const builder = {
  new: { type: 'string', complete: 'file', describe: 'A policy document, or - for standard input' },
  since: {
    type: 'string',
    default: '30d',
    describe: 'How far back: 30d, 12h, 45m, or a time such as 2027-01-31T12:00:00Z',
  },
  'would-be': { type: 'boolean', describe: 'Show what the policy in force would deny if observe mode ended' },
  until: { type: 'string', describe: 'The end of the range, as --since; with --would-be' },
  json: jsonOption,
  rack: { ...rackOption, describe: 'Ask the gateway of this rack; with --would-be, only for calls on this rack' },
} as const satisfies CommandOptions
export const progress = 'the gateway is deciding recorded calls again'

/** Milliseconds. Longer than the gateway's own limit. */
const deadline = 120_000

export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { context, rack, json, since, until, wouldBe = false } = args
  if (wouldBe && args.new !== undefined)
    throw new Usage('--would-be is about the policy in force.', 'Leave the document out.')
  if (wouldBe) return printWouldBe(args)
  if (until !== undefined) throw new Usage('--until is for --would-be.', 'Leave it out, or pass --would-be.')
  if (args.new === undefined)
    throw new Usage('The impact needs a policy document.', 'Name a document, or pass --would-be.')
  const name = documentName(args.new)
  const text = await proposedText(context, name)
  const { document, problems } = readPolicy(text, shownName(name))
  if (document === null) throw invalidFile(name, 'a policy document', problems)
  const target = await targetOf(context, rack)
  const impact = await callGateway(target, 'studyPolicy', { body: { document: text, since } }, { deadline })
  if (json) context.print(safeJson(impact, 2))
  else
    for (const line of [...lines(shownName(name), impact), ...undecidableRules(document)])
      context.print(printable(line))
  return exitCodes.ok
}

async function printWouldBe({ context, rack, json, since, until }: Arguments<typeof builder>): Promise<number> {
  const target = await targetOf(context, rack)
  const query = { since, ...(until !== undefined && { until }), ...rackFilter(rack, target) }
  const response = await callGateway(target, 'getWouldBe', { query }, { deadline })
  if (json) context.print(safeJson(response, 2))
  else for (const line of wouldBeLines(response)) context.print(printable(line))
  return exitCodes.ok
}

function wouldBeLines({ calls, since, cut, rows, more, hidden, resolved, unclear }: WouldBe): string[] {
  return [
    `the policy in force, if enforced, for ${counted(calls, 'recorded call')} since ${cut?.from ?? since}`,
    ...(rows.length === 0 ? ['no call would be denied'] : []),
    ...rows.flatMap(({ effect, count, stopped, principal, rack, app, route, command, rule, reason, last, event }) => [
      `  ${effect === 'deny' ? 'denied' : 'needs a second factor'} ${counted(count, 'time')}${stopped === 0 ? '' : ` (${stopped} stopped)`}  ${principal.name} (${principal.kind})  ${route}  on ${rack}${app === null ? '' : `, ${app}`}${command === null ? '' : `: ${command}`}`,
      `      ${reason} (rule ${rule}; last at ${last}${event === null ? '' : `, event ${event}`})`,
    ]),
    ...(more === 0 ? [] : [`${counted(more, 'row')} more, less frequent, not shown`]),
    ...(resolved === 0 ? [] : [`left out: ${counted(resolved, 'call')} that the policy in force allows by now`]),
    ...(hidden === 0
      ? []
      : [`not decided again: ${counted(hidden, 'call')}, because a secret in the command was hidden from the log`]),
    ...(unclear === 0 ? [] : [`left out: ${counted(unclear, 'call')}, because the event lacks details`]),
  ]
}

async function proposedText(context: Context, name: string): Promise<string> {
  if (name === builtInName) return builtInText
  if (name.startsWith('@') && name !== stdinName)
    throw new Usage(`${shownName(name)} is not a document.`, `Name a file, - for standard input, or ${builtInName}.`)
  return readText(context, name)
}

function lines(name: string, impact: Impact): string[] {
  const { calls, since, denied, allowed, unclear, packages, cut, more } = impact
  const limit = cut?.by === 'time' ? 'the time limit was reached' : 'the limit of calls was reached'
  return [
    `${name} instead of the policy in force, for ${counted(calls, 'recorded call')} since ${cut?.from ?? since}`,
    ...(cut === null ? [] : [`(only the newest calls, not all since ${since}, because ${limit})`]),
    ...(denied + allowed === 0 ? ['no call would be decided differently'] : []),
    ...(denied === 0 ? [] : [`newly denied: ${counted(denied, 'call')}`, ...changeLines(impact, 'denies')]),
    ...(allowed === 0 ? [] : [`newly allowed: ${counted(allowed, 'call')}`, ...changeLines(impact, 'allows')]),
    ...(more === 0 ? [] : [`${counted(more, 'change')} more, less frequent, not shown`]),
    ...stepUpLines(impact),
    ...(unclear === 0
      ? []
      : [
          `left out: ${counted(unclear, 'call')}, because roles or the policy have changed, or the event lacks details`,
        ]),
    packages === 0
      ? 'policy packages were not included'
      : `left out: ${counted(packages, 'call')} that a policy package denied, because packages were not included`,
  ]
}

/** How often users would have been asked for a proof of their second factor. */
function stepUpLines({ stepUp: { prompts, users, denied, requirements } }: Impact): string[] {
  if (requirements.length === 0 && denied === 0) return []
  const summary = `step-ups: ${counted(prompts, 'prompt')} for ${counted(users, 'user')}, if every user has a second factor`
  return [
    summary,
    ...requirements.map(
      (one) =>
        `  ${counted(one.prompts, 'prompt')} for ${counted(one.users, 'user')} at ${counted(one.calls, 'call')} (rule ${one.rule}, ${levelText(one.level)})`,
    ),
    ...(denied === 0
      ? []
      : [
          `  ${counted(denied, 'call')} of API tokens and jobs newly denied, because they cannot prove a second factor`,
        ]),
  ]
}

function levelText({ kind, within = 0, methods }: Impact['stepUp']['requirements'][number]['level']): string {
  if (kind === 'recent') return `at most once in ${exactDurationInWords(within)} per session`
  return methods === 'passkey' ? 'a passkey for each call' : 'any factor for each call'
}

/** Names the command rules with conditions that events do not contain. */
function undecidableRules({ commands }: PolicyDocument): string[] {
  const rules = commands.filter(
    ({ interactive, entrypoint, releases }) =>
      interactive !== undefined || entrypoint !== undefined || releases === 'newest',
  )
  if (rules.length === 0) return []
  const ids = rules.map(({ id }) => id).join(', ')
  return [`not included: conditions on the terminal, entrypoint, or release, which events do not contain (${ids})`]
}

function changeLines({ changes }: Impact, effect: ImpactChange['effect']): string[] {
  return changes
    .filter((change) => change.effect === effect)
    .flatMap(({ count, principal, route, rack, app, command, last, rule, reason }) => [
      `  ${counted(count, 'time')}  ${principal.name} (${principal.kind})  ${route}  on ${rack}${app === null ? '' : `, ${app}`}${command === null ? '' : `: ${command}`}`,
      `      ${reason} (rule ${rule}; last at ${last})`,
    ])
}
