import type { RequestOption } from '@rack-gateway/gateway-api'
import { compileReasonPattern } from '@rack-gateway/rbac-policy/requests'
import { Denied, Usage } from '../../errors/errors.ts'
import type { Context } from '../../invocation/context.ts'
import { printable } from '../../terminal/terminal.ts'
import { parseSeconds } from '../options/duration.ts'
import { durationText, quoted, reviewsText, scopeText } from './text.ts'

/** What the options of the command already say. */
export interface KnownTerms {
  readonly rule?: string
  readonly role: string | undefined
  /** None: they are asked for. */
  readonly racks: readonly string[]
  readonly apps: readonly string[] | undefined
  readonly seconds: number | undefined
  readonly reason: string | undefined
}

export interface AskedTerms {
  readonly rule: string
  readonly role: string
  readonly racks: readonly string[]
  readonly apps: readonly string[]
  readonly seconds: number
  readonly reason: string
}

/** The limits of the gateway. */
export const workingTimes = { least: '1m', most: '7d' } as const

const maxAttempts = 3

/** Asks for what the options do not say. @throws Denied if no rule fits, Usage after three answers that do not fit */
export async function askForTerms(
  context: Context,
  known: KnownTerms,
  options: readonly RequestOption[],
): Promise<AskedTerms> {
  const option = await chooseOption(context, known, options)
  const racks = known.racks.length > 0 ? known.racks : await askForNames(context, 'Racks', option.racks)
  const apps = known.apps ?? (await askForApps(context, option.apps))
  const seconds = known.seconds ?? (await askForTime(context, option))
  const reason = known.reason ?? (await askForReason(context, option))
  return { rule: option.rule, role: option.role, racks, apps, seconds, reason }
}

async function chooseOption(
  context: Context,
  { rule, role }: KnownTerms,
  options: readonly RequestOption[],
): Promise<RequestOption> {
  const fitting = options.filter(
    (option) => (rule === undefined || option.rule === rule) && (role === undefined || option.role === role),
  )
  const [first, ...others] = fitting
  if (options.length === 0)
    throw new Denied(
      'The policy lets you ask for no role.',
      'Ask an administrator for a role, or for a rule under "requests" in the policy.',
    )
  if (first === undefined)
    throw new Denied(
      printable(
        `The policy does not let you ask${role === undefined ? '' : ` for the role ${role}`}${rule === undefined ? '' : ` by the rule ${rule}`}.`,
      ),
      printable(`You can ask for: ${[...new Set(options.map((option) => option.role))].join(', ')}.`),
    )
  if (others.length === 0) {
    context.note(printable(`You can ask for ${optionText(first)}`))
    return first
  }
  context.note('You can ask for:')
  for (const [index, option] of fitting.entries())
    context.instruct(printable(`${String(index + 1).padStart(2)}  ${optionText(option)}`))
  return askUntil<RequestOption>(context, `Which one? [1-${fitting.length}] `, (answer) => {
    const chosen = /^[1-9]\d?$/.test(answer) ? fitting[Number(answer) - 1] : undefined
    return (
      chosen ?? new Usage(`${quoted(answer)} is not one of the numbers.`, `Type a number from 1 to ${fitting.length}.`)
    )
  })
}

function optionText(option: RequestOption): string {
  const { role, rule, longestSeconds, reviews, roleDescription } = option
  const limits = `at most ${durationText(longestSeconds)}, ${reviews === 0 ? 'no review' : reviewsText(reviews)}, rule ${rule}`
  return `${role} on ${scopeText(option)} (${limits})${roleDescription === '' ? '' : `: ${roleDescription}`}`
}

async function askForApps(context: Context, apps: readonly string[]): Promise<readonly string[]> {
  const [only, ...others] = apps
  if (only !== undefined && others.length === 0 && !only.includes('*')) return apps
  const shown = apps.includes('*') ? 'all apps' : apps.join(', ')
  const question = `Apps, separated by commas [${shown}]: `
  return askUntil(context, question, (answer) => (answer === '' ? apps : namesIn(answer)))
}

async function askForNames(context: Context, noun: string, allowed: readonly string[]): Promise<readonly string[]> {
  const [only, ...others] = allowed
  if (only !== undefined && others.length === 0 && !only.includes('*')) return allowed
  return askUntil(context, `${noun}, separated by commas (of ${allowed.join(', ')}): `, namesIn)
}

function namesIn(answer: string): readonly string[] | Error {
  const names = answer.split(',').map((name) => name.trim())
  return names.every((name) => name !== '')
    ? [...new Set(names)]
    : new Usage('A name is empty.', 'Type names, with one comma between two names.')
}

async function askForTime(context: Context, { longestSeconds }: RequestOption): Promise<number> {
  const usual = Math.min(3_600, longestSeconds)
  const question = `For how long, at most ${durationText(longestSeconds)}? [${durationText(usual)}] `
  return askUntil(context, question, (answer) => {
    if (answer === '') return usual
    try {
      const seconds = parseSeconds('The time', answer, workingTimes)
      if (seconds <= longestSeconds) return seconds
    } catch (error) {
      if (error instanceof Error) return error
    }
    return new Usage(`That is longer than ${durationText(longestSeconds)}.`, 'Type a shorter time, such as 30m.')
  })
}

async function askForReason(context: Context, { reason }: RequestOption): Promise<string> {
  return askUntil<string>(context, `${reason === null ? 'Reason' : reason.prompt}: `, (answer) => {
    if (answer === '') return new Usage('The reason is empty.', 'Type why you need the role.')
    if (reason === null || reason.pattern === null || matches(reason.pattern, answer)) return answer
    return new Usage(`The reason does not match the pattern of the rule: ${reason.pattern}.`, 'Type another reason.')
  })
}

/** A pattern that this program cannot read is left to the gateway, which checks the reason in any case. */
function matches(pattern: string, text: string): boolean {
  const compiled = compileReasonPattern(pattern)
  return 'problem' in compiled || compiled.matches(text)
}

/** Asks again after an answer for which `read` returns an error. */
async function askUntil<T>(context: Context, question: string, read: (answer: string) => T | Error): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const result = read((await context.ask(printable(question))).trim())
    if (!(result instanceof Error)) return result
    if (attempt === maxAttempts) throw result
    context.note(printable(result.message))
  }
}
