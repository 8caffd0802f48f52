import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { Decisions, DeepReadonly } from '@rack-gateway/gateway-api'
import { parametersDecision, toDecisionJson } from '@rack-gateway/rbac-policy'
import { exactDurationInWords } from '@rack-gateway/time'
import { rackFlagIn } from '../command-line/command-line.ts'
import type { Arguments, CommandOptions } from '../command-line/command-module.ts'
import { appContextAt } from '../convox/precheck/app-context.ts'
import { plannedCommand } from '../convox/precheck/planned-command.ts'
import { Usage } from '../errors/errors.ts'
import { exitCodes } from '../errors/exit-codes.ts'
import { askDecisions } from '../gateway/ask-decisions.ts'
import { safeJson } from '../output/safe-json.ts'
import { targetOf } from '../rack-choice/gateway-target.ts'
import { printable } from '../terminal/terminal.ts'
import { gatewayOptions } from './options/shared-options.ts'
import { timeText } from './requests/text.ts'

type DecidedCall = DeepReadonly<Decisions['decisions'][number]>
type Effect = 'allow' | 'deny' | 'require' | 'open'

export const command = 'can <command..>'
export const describe = 'Ask whether you may run a command of convox, and why.'
export const details =
  'Options of rack-gateway come before the words of convox. Exits with 0, with 5 if the gateway would deny the command, or with 6 if the command needs a proof of your second factor.'
export const examples = [
  'rack-gateway can releases promote -a web --rack production',
  "rack-gateway can --json run command 'rake db:migrate' -a web",
  'rack-gateway can --as ada@example.com env set -a web',
]
export const builder = {
  command: { type: 'string', array: true, demandOption: true, describe: 'The words that would follow convox' },
  as: {
    type: 'string',
    describe: 'Ask about another user, by ID or email address (EMAIL/ISSUER if several have it); for administrators',
  },
  ...gatewayOptions,
} as const satisfies CommandOptions
export const passThrough = true

export async function handler(args: Arguments<typeof builder>): Promise<number> {
  const { context, command, as = null, json } = args
  const rack = rackFlagIn([...(args.rack === undefined ? [] : ['--rack', args.rack]), ...command])
  const plan = plannedCommand(command, appContextAt(context))
  if (plan.kind === 'unknown')
    throw new Usage(
      `The calls of this command are unknown before it runs: ${plan.reason}.`,
      'Run the command. The gateway then decides.',
    )
  const calls = plan.kind === 'calls' ? plan.calls.filter(isAsked) : []
  if (calls.length === 0) {
    if (json) context.print(safeJson({ command: plan.command, effect: 'allow', calls: [] }, 2))
    else context.print(`Allowed: convox ${plan.command} makes no call to the gateway.`)
    return exitCodes.ok
  }
  const target = await targetOf(context, rack)
  const response = await askDecisions(target, calls, as)
  // The gateway's decisions do not check the parameters. Calls with invalid parameters are denied for every caller.
  const decidedCalls = response.decisions.map((call, index) => {
    const parameterError = calls[index]?.parameterError ?? null
    const route = calls[index]?.route
    return parameterError === null || route === undefined
      ? call
      : {
          ...call,
          decision: toDecisionJson(parametersDecision(route, parameterError, response.policy)),
          when: null,
          otherwise: null,
        }
  })
  const effect = effectOf(decidedCalls.map((call, index) => ({ ...call, essential: calls[index]?.essential ?? true })))
  if (json)
    context.print(
      safeJson({ command: plan.command, effect, ...response, decisions: undefined, calls: decidedCalls }, 2),
    )
  else for (const line of lines(plan.command, effect, response, decidedCalls)) context.print(printable(line))
  if (effect === 'require') return needsApproval(decidedCalls) ? exitCodes.denied : exitCodes.stepUpNeeded
  return effect === 'deny' ? exitCodes.denied : exitCodes.ok
}

function needsApproval(calls: readonly DecidedCall[]): boolean {
  return calls.some(({ decision }) => decision.requirement === 'approval')
}

/** Only the rack knows for how many services convox repeats a call. The host of a proxy is unknown, too. */
function isAsked({ essential, repeated, route }: PlannedCall): boolean {
  return essential || (repeated && route.permission !== 'proxy:open')
}

function effectOf(calls: readonly (DecidedCall & { readonly essential: boolean })[]): Effect {
  for (const effect of ['deny', 'require'] as const)
    if (calls.some(({ essential, decision }) => essential && decision.effect === effect)) return effect
  return calls.every(({ decision, otherwise }) => decision.effect === 'allow' && otherwise === null) ? 'allow' : 'open'
}

const effectWords = {
  allow: 'Allowed',
  deny: 'Denied',
  open: 'It depends on facts that only the rack knows',
  require: 'Needs a step-up',
} as const

function lines(command: string, effect: Effect, { caller, rack }: Decisions, calls: readonly DecidedCall[]): string[] {
  const isDenied = effect === 'deny' || effect === 'require'
  const observed = effect === 'allow' ? calls.filter(({ decision }) => decision.wouldBe !== undefined) : []
  const notAllowed = isDenied ? calls.filter(({ decision }) => decision.effect !== 'allow') : observed
  const shown = notAllowed.length > 0 ? notAllowed : calls
  return [
    `${summaryWords(effect, calls, observed)}: convox ${command} on ${rack}, as ${caller.name}`,
    ...new Set(shown.flatMap(callLines)),
  ]
}

function summaryWords(effect: Effect, calls: readonly DecidedCall[], observed: readonly DecidedCall[]): string {
  if (observed.length > 0) return 'Allowed in observe mode'
  return effect === 'require' && needsApproval(calls) ? 'Denied, because it needs an approval' : effectWords[effect]
}

function callLines({ route, decision, when, otherwise }: DecidedCall): string[] {
  return [
    `  ${route}`,
    `    ${sentence(decision, when)}`,
    ...(otherwise === null ? [] : [`    ${sentence(otherwise.decision, otherwise.when)}`]),
  ]
}

function sentence(decision: DecidedCall['decision'], when: string | null): string {
  const { wouldBe } = decision
  if (wouldBe === undefined) return decisionSentence(decision, when)
  const { effect, reason, next, rule, source } = wouldBe
  const condition = when === null ? '' : ` if ${when}`
  return `Would ${effect === 'deny' ? 'be denied' : 'need a step-up'} when enforced${condition}: ${reason} ${next} (rule ${rule}, from ${source})`
}

function decisionSentence(
  { effect, rule, source, reason, next, requirement, level, grant }: DecidedCall['decision'],
  when: string | null,
): string {
  const condition = when === null ? '' : ` if ${when}`
  const result =
    effect === 'require'
      ? `Needs ${requirement === 'approval' ? 'an approval' : stepUpText(level)}`
      : effectWords[effect]
  const underGrant =
    grant === undefined
      ? ''
      : `, under the grant ${grant.id} until ${timeText(grant.expiresAt, 'local')}`
  return `${result}${condition}${underGrant}: ${reason}${next === undefined ? '' : ` ${next}`} (rule ${rule}, from ${source})`
}

function stepUpText(level: DecidedCall['decision']['level']): string {
  if (level?.kind === 'recent' && level.within !== undefined)
    return `a step-up (a proof of your second factor from the last ${exactDurationInWords(level.within)})`
  const factor = level?.methods === 'passkey' ? 'your passkey' : 'your second factor'
  return `a step-up (a proof of ${factor} for each call)`
}
