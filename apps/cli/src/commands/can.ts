import { parametersDecision } from '@rack-gateway/rbac-policy'
import type { Context } from '../context.ts'
import { plannedCommand } from '../convox/precheck/planned-command.ts'
import { standingAt } from '../convox/precheck/standing.ts'
import { Usage } from '../errors.ts'
import { askDecisions, type Decisions } from '../gateway/ask-decisions.ts'
import { exitCodes } from '../output/exit-codes.ts'
import { safeJson } from '../output/safe-json.ts'
import { printable } from '../output/terminal.ts'
import { targetOf } from '../target/gateway-target.ts'
import { readCanWords } from './can-words.ts'

type DecidedCall = Decisions['decisions'][number]
type Effect = 'allow' | 'deny' | 'needs' | 'open'

/** Asks the gateway whether a convox command may be run, and why. @returns the exit code: 5 when it is refused, or needs more than the gateway can ask for */
export async function can(context: Context, words: readonly string[], leadingRack: string | null): Promise<number> {
  const { format, as, rack, command } = readCanWords(words, leadingRack)
  const plan = plannedCommand(command, standingAt(context))
  if (plan.kind === 'unknown')
    throw new Usage(
      `what this command asks of the gateway can't be told before it is run: ${plan.reason};`,
      'run it, and the gateway decides',
    )
  const calls = plan.kind === 'calls' ? plan.calls.filter(({ essential }) => essential) : []
  if (calls.length === 0) {
    if (format === 'json') context.print(safeJson({ command: plan.command, effect: 'allow', calls: [] }, 2))
    else context.print(`allowed: convox ${plan.command}, which asks nothing of the gateway that it can't do without`)
    return exitCodes.ok
  }
  const target = await targetOf(context, rack)
  const answer = await askDecisions(target, calls, as)
  // How a call is sent is refused whoever sends it, and the gateway was asked about the caller.
  const decided = answer.decisions.map((one, at) => {
    const refused = calls[at]?.parameterError ?? null
    const route = calls[at]?.route
    return refused === null || route === undefined
      ? one
      : { ...one, decision: parametersDecision(route, refused, answer.policy), when: null, otherwise: null }
  })
  const effect = effectOf(decided)
  if (format === 'json')
    context.print(safeJson({ command: plan.command, effect, ...answer, decisions: undefined, calls: decided }, 2))
  else for (const line of lines(plan.command, effect, answer, decided)) context.print(printable(line))
  return effect === 'deny' || effect === 'needs' ? exitCodes.denied : exitCodes.ok
}

function effectOf(decided: readonly DecidedCall[]): Effect {
  for (const effect of ['deny', 'needs'] as const)
    if (decided.some(({ decision }) => decision.effect === effect)) return effect
  return decided.every(({ otherwise }) => otherwise === null) ? 'allow' : 'open'
}

const words = {
  allow: 'allowed',
  deny: 'refused',
  open: 'it depends on what only the rack knows',
  needs: 'refused, since it needs more than this gateway can ask for yet',
} as const

function lines(
  command: string,
  effect: Effect,
  { caller, rack }: Decisions,
  decided: readonly DecidedCall[],
): string[] {
  const isRefused = effect === 'deny' || effect === 'needs'
  const shown = isRefused ? decided.filter(({ decision }) => decision.effect !== 'allow') : decided
  return [`${words[effect]}: convox ${command} on ${rack}, as ${caller.name}`, ...new Set(shown.flatMap(callLines))]
}

function callLines({ route, decision, when, otherwise }: DecidedCall): string[] {
  return [
    `  ${route}`,
    `    ${sentence(decision, when)}`,
    ...(otherwise === null ? [] : [`    ${sentence(otherwise.decision, otherwise.when)}`]),
  ]
}

function sentence(
  { effect, rule, source, reason, next, requirement }: DecidedCall['decision'],
  when: string | null,
): string {
  const condition = when === null ? '' : ` if ${when}`
  const what = effect === 'needs' ? `needs ${requirement === 'approval' ? 'an approval' : 'a step-up'}` : words[effect]
  return `${what}${condition}: ${reason}${next === undefined ? '' : ` ${next}`} (rule ${rule}, from ${source})`
}
