import { nearest } from '@rack-gateway/config/client'
import type { Command, CommandGroup } from './command-table/definition.ts'
import { commandHelp, groupHelp } from './command-table/help-text.ts'
import { commandNamed, commands, commandsOf, groups } from './command-table/index.ts'
import { overview } from './command-table/overview.ts'
import { readWords } from './command-table/read-words.ts'
import type { Context } from './context.ts'
import { Usage } from './errors.ts'
import { exitCodes } from './output/exit-codes.ts'
import { withProgress } from './output/progress.ts'
import { printable } from './output/terminal.ts'
import { version } from './version.ts'

type Found =
  /** `rest` is what follows its name. */
  | { readonly kind: 'command'; readonly command: Command; readonly rest: readonly string[] }
  | { readonly kind: 'group'; readonly group: CommandGroup }

/** Runs one of our own commands. @param rack what stood before its name @returns the exit code */
export async function runOwn(context: Context, words: readonly string[], rack: string | null): Promise<number> {
  const [first = 'help', ...rest] = words
  if (first === '-v' || first === '--version') {
    context.print(`rack-gateway ${version()}`)
    return exitCodes.ok
  }
  if (first === 'help' || asksForHelp(first)) return explain(context, rest)
  const found = find(words)
  if (found.kind === 'group' || asksForHelp(found.rest[0])) return tell(context, found)
  const { command } = found
  const read =
    command.reads === 'itself'
      ? ({ kind: 'given', given: { words: found.rest, rack } } as const)
      : readWords(command, found.rest, rack)
  if (read.kind === 'help') return tell(context, found)
  return (await withProgress(context, command.waits, (told) => command.run(told, read.given))) ?? exitCodes.ok
}

function explain(context: Context, words: readonly string[]): number {
  const named = words.filter((word) => !word.startsWith('-'))
  if (named.length > 0 && named[0] !== 'help') return tell(context, find([...named, '--help']))
  context.print(overview(columnsOf(context)))
  return exitCodes.ok
}

function tell(context: Context, found: Found): number {
  const columns = columnsOf(context)
  context.print(
    found.kind === 'command'
      ? commandHelp(found.command, columns)
      : groupHelp(found.group, commandsOf(found.group), columns),
  )
  return exitCodes.ok
}

/** @throws Usage, with what was perhaps meant */
function find(words: readonly string[]): Found {
  const [first = '', second] = words
  const group = groups.find(({ name }) => name === first)
  const command = commandNamed(group === undefined ? first : `${first} ${second}`)
  if (command !== undefined) return { kind: 'command', command, rest: words.slice(group === undefined ? 1 : 2) }
  if (group === undefined) throw new Usage(`there is no command ${printable(first)};`, 'see: rack-gateway help')
  if (asksForHelp(second)) return { kind: 'group', group }
  const usual = commands.find(({ name }) => name === group.alone)
  if (usual !== undefined && (second === undefined || second.startsWith('-')))
    return { kind: 'command', command: usual, rest: words.slice(1) }
  throw noSuchAction(group, second)
}

function noSuchAction(group: CommandGroup, word: string | undefined): Error {
  const actions = commandsOf(group).map(({ name }) => name.slice(group.name.length + 1))
  const others = actions.slice(0, -1).join(', ')
  const all = `${others}${others === '' ? '' : ' or '}${actions.at(-1)}`
  if (word === undefined)
    return new Usage(
      `${group.name} alone does nothing:`,
      `say what to do: ${group.name} ${all}; see: rack-gateway help ${group.name}`,
    )
  const near = nearest(word, actions)
  const meant = near === null ? `it can be ${all}; see` : `did you mean ${group.name} ${near}? See`
  return new Usage(`there is no "${group.name} ${printable(word)}":`, `${meant}: rack-gateway help ${group.name}`)
}

function asksForHelp(word: string | undefined): boolean {
  return word === '-h' || word === '--help'
}

/** What isn't a terminal has no width: as wide as a page. */
function columnsOf({ columns }: Context): number {
  return Math.min(columns ?? 100, 120)
}
