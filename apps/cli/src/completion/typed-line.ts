import type { Command, CommandGroup, CommandTable } from '../command-table/definition.ts'
import { commandsInGroup, findCommand, firstWords } from '../command-table/find-command.ts'
import { rackFlag } from '../command-table/shared-flags.ts'
import { ownCommands } from '../convox/command-line.ts'
import { convoxFirstWords, expectedOfConvox } from './convox-words.ts'
import { type Expected, expectedNames, expectedWords, nothing, type Suggestion } from './expected.ts'
import { afterFlags, flagsOf, type KnownFlag, placeAmong, split, suggestedFlags } from './flags.ts'

const help: KnownFlag = { typed: ['--help', '-h'], about: 'explain it', value: null }
/** Before the first word. */
const leading: readonly KnownFlag[] = [
  { typed: ['--rack', '-r'], about: rackFlag.about, value: { choices: [], names: 'rack' } },
  { typed: ['--no-precheck'], about: 'let the gateway alone decide', value: null },
  { typed: ['--no-relay'], about: 'go to the gateway directly, with its certificate unverified', value: null },
  { typed: ['--version', '-v'], about: 'print the version', value: null },
  help,
]

/** What may stand at the end of a line. @param words what follows `rack-gateway`; the last one is being typed */
export function expectedAt(table: CommandTable, words: readonly string[]): Expected {
  const line = afterFlags(words, leading)
  if (line === null) return among(words, leading, () => nothing)
  const [first = '', ...rest] = line
  if (rest.length === 0) return expectedWords(everyFirstWord(table))
  if (first === '--') return expectedOfConvox(rest)
  if (first === 'help') return helpAbout(table, rest)
  return ownCommands.some((own) => own === first) ? ofOurs(table, line) : expectedOfConvox(line)
}

/** Of a word that convox has, too, ours is the one that is run. */
function everyFirstWord(table: CommandTable): Suggestion[] {
  const theirs = convoxFirstWords().filter(({ word }) => !ownCommands.some((own) => own === word))
  return [...ownFirstWords(table), ...theirs]
}

function ownFirstWords(table: CommandTable): Suggestion[] {
  return firstWords(table).map(([word, about]) => ({ word, about }))
}

function helpAbout(table: CommandTable, words: readonly string[]): Expected {
  const { before } = split(words)
  const group = table.groups.find(({ name }) => name === before[0])
  if (before.length === 0) return expectedWords(ownFirstWords(table))
  return before.length === 1 && group !== undefined ? expectedWords(actionsOf(table, group)) : nothing
}

function ofOurs(table: CommandTable, line: readonly string[]): Expected {
  const [first = '', second = '', ...rest] = line
  const group = table.groups.find(({ name }) => name === first)
  if (group === undefined) return ofCommand(table, first, line.slice(1))
  if (second.startsWith('-')) return ofCommand(table, group.alone, line.slice(1))
  return rest.length === 0 ? expectedWords(actionsOf(table, group)) : ofCommand(table, `${first} ${second}`, rest)
}

function actionsOf(table: CommandTable, group: CommandGroup): Suggestion[] {
  return commandsInGroup(table, group).map(({ name, summary }) => ({
    word: name.slice(group.name.length + 1),
    about: summary,
  }))
}

function ofCommand(table: CommandTable, wanted: string | undefined, words: readonly string[]): Expected {
  const command = findCommand(table, wanted ?? '')
  if (command === undefined) return nothing
  const flags = [...flagsOf(command), help]
  const theirs = command.reads === 'itself' ? afterFlags(words, flags) : null
  return theirs === null ? among(words, flags, (index) => ofArgument(command, index)) : expectedOfConvox(theirs)
}

function among(words: readonly string[], flags: readonly KnownFlag[], argument: (index: number) => Expected): Expected {
  const place = placeAmong(words, flags)
  if (place.kind === 'value') return place.expected
  return place.kind === 'flag' ? suggestedFlags(flags) : argument(place.index)
}

function ofArgument(command: Command, index: number): Expected {
  const all = Object.values(command.arguments)
  const last = all.at(-1)
  const argument = all[index] ?? (last?.takes === 'some' || last?.takes === 'any' ? last : undefined)
  return expectedNames(argument?.names ?? null)
}
