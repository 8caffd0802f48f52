import { nearest } from '@rack-gateway/errors/nearest'
import type { CommandLine } from './command-line/command-line.ts'
import {
  type Command,
  type CommandGroup,
  groupNamed,
  loadAction,
  loadSingleCommand,
} from './command-line/command-list.ts'
import { commandList } from './commands/index.ts'
import { Usage } from './errors/errors.ts'
import { exitCodes } from './errors/exit-codes.ts'
import type { Context } from './invocation/context.ts'
import { withProgress } from './output/progress.ts'
import { version } from './package-files/version.ts'
import { withCommandProofs } from './step-up/command-proofs.ts'
import { printable } from './terminal/terminal.ts'

export type LeadingFlags = Pick<CommandLine, 'rack' | 'mfaCode' | 'mfaMethod'>

type FoundCommand =
  /** `rest` has the words after the command's name. */
  | { readonly kind: 'command'; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly group: CommandGroup }

/** @returns the exit code */
export async function runOwnCommand(
  context: Context,
  words: readonly string[],
  leadingFlags: LeadingFlags | null,
): Promise<number> {
  const [first = 'help', ...rest] = words
  if (first === '-v' || first === '--version') {
    context.print(`rack-gateway ${version()}`)
    return exitCodes.ok
  }
  if (first === 'help' || asksForHelp(first)) return explain(context, rest)
  const found = await findCommand(words)
  if (found.kind === 'group') return printGroupHelp(context, found.group)
  const { command } = found
  const { parseWords } = await import('./command-line/parse-words.ts')
  const parsed = await parseWords(command, withLeadingFlags(found.rest, leadingFlags), helpWidth(context))
  if (parsed.kind === 'help') {
    context.print(parsed.text)
    return exitCodes.ok
  }
  const { progress = 'asking the gateway', handler } = command.module
  const exitCode = await withProgress(context, progress, (context) =>
    withCommandProofs(context, parsed.values, (context) => handler({ ...parsed.values, context, commandList })),
  )
  return exitCode ?? exitCodes.ok
}

export function withLeadingFlags(words: readonly string[], flags: LeadingFlags | null): readonly string[] {
  const { rack = null, mfaCode = null, mfaMethod = null } = flags ?? {}
  return [
    ...(rack === null ? [] : ['--rack', rack]),
    ...(mfaCode === null ? [] : [`--mfa-code=${mfaCode}`]),
    ...(mfaMethod === null ? [] : [`--mfa-method=${mfaMethod}`]),
    ...words,
  ]
}

async function explain(context: Context, words: readonly string[]): Promise<number> {
  const commandWords = words.filter((word) => !word.startsWith('-'))
  if (commandWords.length > 0 && commandWords[0] !== 'help')
    return runOwnCommand(context, [...commandWords.slice(0, 2), '--help'], null)
  const { overviewHelp } = await import('./command-line/help-text.ts')
  context.print(await overviewHelp(commandList, helpWidth(context)))
  return exitCodes.ok
}

async function printGroupHelp(context: Context, group: CommandGroup): Promise<number> {
  const { groupHelp } = await import('./command-line/help-text.ts')
  context.print(await groupHelp(group, helpWidth(context)))
  return exitCodes.ok
}

/** @throws Usage for an unknown command or action */
export async function findCommand(words: readonly string[]): Promise<FoundCommand> {
  const [first = '', second] = words
  const single = await loadSingleCommand(commandList, first)
  if (single !== null) return { kind: 'command', command: single, rest: words.slice(1) }
  const group = groupNamed(commandList, first)
  if (group === undefined) throw new Usage(`There is no command ${printable(first)}.`, 'See: rack-gateway help')
  const action = second === undefined ? null : await loadAction(group, second)
  if (action !== null) return { kind: 'command', command: action, rest: words.slice(2) }
  if (asksForHelp(second)) return { kind: 'group', group }
  const defaultAction = group.default === undefined ? null : await loadAction(group, group.default)
  if (defaultAction !== null && (second === undefined || second.startsWith('-')))
    return { kind: 'command', command: defaultAction, rest: words.slice(1) }
  throw noSuchAction(group, second)
}

function noSuchAction({ name, actions }: CommandGroup, word: string | undefined): Error {
  const names = Object.keys(actions)
  const remedy = `See: rack-gateway help ${name}`
  if (word === undefined) return new Usage(`${name} needs an action: ${names.join(', ')}.`, remedy)
  const near = nearest(word, names)
  const hint = near === null ? `Actions: ${names.join(', ')}.` : `Did you mean ${name} ${near}?`
  return new Usage(`There is no command "${name} ${printable(word)}". ${hint}`, remedy)
}

function asksForHelp(word: string | undefined): boolean {
  return word === '-h' || word === '--help'
}

function helpWidth({ columns }: Context): number {
  return Math.min(columns ?? 100, 120)
}
