import { ownCommands } from '../command-line/command-line.ts'
import {
  type Command,
  type CommandGroup,
  type CommandList,
  groupNamed,
  loadAction,
  loadGroup,
  loadSingleCommand,
  loadSingleCommands,
} from '../command-line/command-list.ts'
import { argumentsOf } from '../command-line/command-module.ts'
import { rackOption } from '../commands/options/shared-options.ts'
import { mfaMethods } from '../step-up/proofs/mfa-choice.ts'
import { convoxFirstWords, expectedOfConvox } from './convox-words.ts'
import { type Expected, expectedNames, expectedWords, nothingExpected, type Suggestion } from './expected.ts'
import { afterFlags, cursorPosition, flagsOf, type KnownFlag, splitLastWord, suggestFlags } from './flags.ts'

const help: KnownFlag = { forms: ['--help', '-h'], about: 'Show help', value: null }
/** The flags before the first word. */
const leadingFlags: readonly KnownFlag[] = [
  { forms: ['--rack', '-r'], about: rackOption.describe, value: { choices: [], names: 'rack' } },
  {
    forms: ['--mfa-code'],
    about: 'Prove your second factor with this code, if a proof is needed',
    value: { choices: [], names: null },
  },
  {
    forms: ['--mfa-method'],
    about: 'How to prove your second factor',
    value: { choices: mfaMethods, names: null },
  },
  { forms: ['--no-precheck'], about: 'Let only the gateway decide', value: null },
  { forms: ['--no-relay'], about: 'Connect convox directly, without verifying the certificate', value: null },
  { forms: ['--version', '-v'], about: 'Print the version', value: null },
  help,
]

/** @param words the words after `rack-gateway`; the last one is being typed */
export async function expectedAt(list: CommandList, words: readonly string[]): Promise<Expected> {
  const line = afterFlags(words, leadingFlags)
  if (line === null) return expectedAtCursor(words, leadingFlags, () => nothingExpected)
  const [first = '', ...rest] = line
  if (rest.length === 0) return expectedWords(await everyFirstWord(list))
  if (first === '--') return expectedOfConvox(rest)
  if (first === 'help') return expectedOfHelp(list, rest)
  return ownCommands.some((own) => own === first) ? expectedOfOwn(list, line) : expectedOfConvox(line)
}

/** A word that both programs have as a command is listed once, as the command of rack-gateway. */
async function everyFirstWord(list: CommandList): Promise<Suggestion[]> {
  const convoxWords = convoxFirstWords().filter(({ word }) => !ownCommands.some((own) => own === word))
  return [...(await ownFirstWords(list)), ...convoxWords]
}

async function ownFirstWords(list: CommandList): Promise<Suggestion[]> {
  const single = (await loadSingleCommands(list)).map(({ name, module }) => ({ word: name, about: module.describe }))
  const first = list.groups.map(({ name, describe }) => ({ word: name, about: describe }))
  return [...single, ...first, { word: 'help', about: 'Explain a command.' }]
}

async function expectedOfHelp(list: CommandList, words: readonly string[]): Promise<Expected> {
  const { previousWords } = splitLastWord(words)
  const group = groupNamed(list, previousWords[0])
  if (previousWords.length === 0) return expectedWords(await ownFirstWords(list))
  return previousWords.length === 1 && group !== undefined ? expectedWords(await actionsOf(group)) : nothingExpected
}

async function expectedOfOwn(list: CommandList, line: readonly string[]): Promise<Expected> {
  const [first = '', second = '', ...rest] = line
  const group = groupNamed(list, first)
  if (group === undefined) return expectedOfCommand(await loadSingleCommand(list, first), line.slice(1))
  if (second.startsWith('-')) return expectedOfCommand(await loadAction(group, group.default ?? ''), line.slice(1))
  return rest.length === 0
    ? expectedWords(await actionsOf(group))
    : expectedOfCommand(await loadAction(group, second), rest)
}

async function actionsOf(group: CommandGroup): Promise<Suggestion[]> {
  const commands = await loadGroup(group)
  return commands.map(({ name, module }) => ({ word: name.slice(group.name.length + 1), about: module.describe }))
}

function expectedOfCommand(command: Command | null, words: readonly string[]): Expected {
  if (command === null) return nothingExpected
  const flags = [...flagsOf(command.module), help]
  const convoxWords = command.module.passThrough ? afterFlags(words, flags) : null
  return convoxWords === null
    ? expectedAtCursor(words, flags, (index) => expectedOfArgument(command, index))
    : expectedOfConvox(convoxWords)
}

function expectedAtCursor(
  words: readonly string[],
  flags: readonly KnownFlag[],
  argument: (index: number) => Expected,
): Expected {
  const position = cursorPosition(words, flags)
  if (position.kind === 'value') return position.expected
  return position.kind === 'flag' ? suggestFlags(flags) : argument(position.index)
}

function expectedOfArgument({ module }: Command, index: number): Expected {
  const all = argumentsOf(module)
  const last = all.at(-1)
  const argument = all[index] ?? (last?.isVariadic ? last : undefined)
  return expectedNames((argument && module.builder[argument.name]?.complete) ?? null)
}
