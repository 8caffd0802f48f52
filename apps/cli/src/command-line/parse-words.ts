import yargs, { type Argv } from 'yargs'
import { Usage } from '../errors/errors.ts'
import { printable } from '../terminal/terminal.ts'
import { twoRacks } from './command-line.ts'
import type { Command } from './command-list.ts'
import { argumentsOf, type CommandModule, type CommandOption, isSwitch } from './command-module.ts'
import { type NamedModule, seeHelp, usageError } from './usage-error.ts'

export type ParsedWords =
  | { readonly kind: 'help'; readonly text: string }
  /** The arguments and options by their names in camel case. */
  | { readonly kind: 'arguments'; readonly values: Readonly<Record<string, unknown>> }

/** Parses words as convox does: values stay text, and there are no abbreviations or `--no-…` negations. */
export function createParser(columns: number): Argv {
  return yargs()
    .scriptName('rack-gateway')
    .detectLocale(false)
    .exitProcess(false)
    .version(false)
    .alias('help', 'h')
    .parserConfiguration({
      'boolean-negation': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .strict()
    .wrap(columns)
}

/** @param words the words after the command's name @throws Usage for words that the command does not accept */
export async function parseWords(
  { name, group, module }: Command,
  words: readonly string[],
  columns: number,
): Promise<ParsedWords> {
  let values: object = {}
  let help = ''
  const fail = (message: string | null, error: unknown): never => {
    if (message === null && !(error instanceof Error && error.name === 'YError')) throw error
    throw usageError({ name, module }, message ?? String(error), commandWords)
  }
  const { commandWords, literalWords } = splitWords(module, words)
  rejectSwitchValues(module, commandWords)
  const register = (target: Argv) =>
    registerModule(target, module, (parsed) => {
      values = parsed
    })
  const longOptions = commandWords.map((word) => longOption(module, word))
  const protectedWords = splitLists(module, longOptions).map(protectedWord)
  const parser = createParser(columns).fail(fail)
  if (group === null) register(parser)
  else parser.command(group.name, group.describe, register)
  await parser.parseAsync(
    [...name.split(' '), ...protectedWords, ...literalWords.map((word) => mark + word)],
    {},
    (error, _, output) => {
      if (error) throw error
      help = output
    },
  )
  if (help !== '') return { kind: 'help', text: withExamples(help, module) }
  return { kind: 'arguments', values: checkedArguments({ name, module }, values) }
}

/** The builder of a module describes both the arguments and the options. */
export function registerModule(
  parser: Argv,
  module: CommandModule,
  handler: (values: object) => void = () => {},
): Argv {
  const argumentNames = new Set(argumentsOf(module).map((argument) => argument.name))
  return parser.command({
    command: module.command,
    describe: module.describe,
    builder(command) {
      for (const [key, option] of Object.entries(module.builder)) {
        if (argumentNames.has(key)) command.positional(key, positionalOf(option))
        else command.option(key, isSwitch(option) ? option : { ...option, requiresArg: true })
      }
      return module.details === undefined ? command : command.epilogue(module.details)
    },
    handler,
  })
}

/** Adds examples without yargs. Yargs would wrap long lines, and users could not copy the examples. */
export function withExamples(help: string, { examples }: { readonly examples: readonly string[] }): string {
  return [help, ['Examples:', ...examples.map((line) => `  ${line}`)].join('\n')].join('\n\n')
}

function positionalOf({ describe, choices, array }: CommandOption) {
  return {
    type: 'string',
    ...(describe !== undefined && { describe }),
    ...(choices !== undefined && { choices }),
    ...(array && { array }),
  } as const
}

/** A prefix that protects a word from yargs. No argument of a process can contain it. */
const mark = '\0'

/** Separates the literal words, which are always arguments: the words after `--`, and the words of another program. */
function splitWords(module: CommandModule, words: readonly string[]) {
  const separator = words.indexOf('--')
  const end = module.passThrough ? lengthOfOptions(module, words) : separator === -1 ? words.length : separator
  return { commandWords: words.slice(0, end), literalWords: words.slice(words[end] === '--' ? end + 1 : end) }
}

/** The number of words before the first argument. */
function lengthOfOptions({ builder }: CommandModule, words: readonly string[]): number {
  let length = 0
  for (let word = words[length]; word?.startsWith('-') && word !== '--'; word = words[length]) {
    const typed = word
    const takesNext = Object.entries(builder).some(
      ([key, option]) => !isSwitch(option) && (typed === `--${key}` || typed === `-${option.alias}`),
    )
    length += takesNext ? 2 : 1
  }
  return Math.min(length, words.length)
}

/** Yargs would strip quotes, use `true` and `false` as the value of a switch, and drop `-`. */
function protectedWord(word: string): string {
  return word.replace(/^(--[^=]+=)?(?=['"]|(?:-|true|false)$)/, `$1${mark}`)
}

/** Returns `-rNAME` and `-r=NAME` as `--rack=NAME`, which yargs understands. */
function longOption({ builder }: CommandModule, word: string): string {
  const [, letter, value] = /^-([a-z])=?(.+)$/s.exec(word) ?? []
  const [key] = Object.entries(builder).find(([, option]) => option.alias === letter && !isSwitch(option)) ?? []
  return letter === undefined || key === undefined ? word : `--${key}=${value}`
}

/** Replaces `--racks a,b` by `--racks=a` and `--racks=b`, for the options whose values are lists. @throws Usage */
function splitLists({ builder }: CommandModule, words: readonly string[]): string[] {
  const lists = Object.entries(builder).filter(([, option]) => option.commas)
  const split: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    const [, typed, inWord] = /^(--?[^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const [key] = lists.find(([name, { alias }]) => typed === `--${name}` || typed === `-${alias}`) ?? []
    const value = inWord ?? words[index + 1]
    const isValue = value !== undefined && (inWord !== undefined || !value.startsWith('-'))
    if (key === undefined || !isValue) {
      split.push(word)
      continue
    }
    const items = value.split(',')
    if (items.length > 1 && items.includes(''))
      throw new Usage(`--${key} has an empty item.`, 'Write one comma between two items, and no other comma.')
    split.push(...items.map((item) => `--${key}=${item}`))
    if (inWord === undefined) index++
  }
  return split
}

function rejectSwitchValues({ builder }: CommandModule, words: readonly string[]): void {
  for (const word of words) {
    const [, key = '', value = ''] = /^--([^=]+)=(.*)$/s.exec(word) ?? []
    const option = Object.hasOwn(builder, key) ? builder[key] : undefined
    if (option !== undefined && isSwitch(option))
      throw new Usage(`--${key} takes no value.`, `Leave ${printable(value)} out.`)
  }
}

/** @throws Usage for an empty value, and for two different values of an option that takes one */
function checkedArguments(command: NamedModule, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(command.module.builder).map(([key, option]) => {
      const value = withoutMarks(Reflect.get(values, key))
      return [camelCase(key), option.array ? withoutRepeats(option, value) : singleValue(command, key, value)]
    }),
  )
}

/** The words of a positional can repeat. */
function withoutRepeats({ commas }: CommandOption, value: unknown): unknown {
  return commas && Array.isArray(value) ? [...new Set(value)] : value
}

function singleValue({ name, module }: NamedModule, key: string, value: unknown): unknown {
  const [single, ...others] = new Set(Array.isArray(value) ? value : [value])
  const [other] = others
  if (key === 'rack' && other !== undefined) throw twoRacks(String(single), String(other))
  // The message does not contain the values, because they can be tokens.
  if (other !== undefined) throw new Usage(`--${key} has two different values.`, 'Keep one of them.')
  if (single !== '') return single
  const isArgument = argumentsOf(module).some((argument) => argument.name === key)
  throw new Usage(isArgument ? `<${key}> of ${name} is empty.` : `--${key} needs a value.`, seeHelp(name))
}

function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks)
  return typeof value === 'string' && value.startsWith(mark) ? value.slice(mark.length) : value
}

function camelCase(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
