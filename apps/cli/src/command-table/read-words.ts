import { parseArgs } from 'node:util'
import { nearest } from '@rack-gateway/config/client'
import { twoRacks } from '../convox/command-line.ts'
import { Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'
import { type Command, type Flag, flagName } from './definition.ts'

export type ReadWords = { readonly kind: 'help' } | { readonly kind: 'given'; readonly given: object }

/**
 * Reads what follows a command's name.
 *
 * @param rack that stood before the name
 * @throws Usage for what it can't be, with what was perhaps meant
 */
export function readWords(command: Command, words: readonly string[], rack: string | null): ReadWords {
  const known = Object.entries(command.flags).map(([key, flag]) => ({ key, name: flagName(key), flag }))
  const { tokens } = parseArgs({
    args: [...words],
    options: {
      ...Object.fromEntries(known.map(({ name, flag }) => [name, optionOf(flag)])),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const typed: Record<string, unknown> = {}
  const plain: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') plain.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help') return { kind: 'help' }
    const negated = /^no-(.*)$/.exec(token.name)?.[1]
    const found =
      known.find(({ name }) => name === token.name) ??
      known.find(({ name, flag }) => name === negated && flag.takes === 'either')
    if (found === undefined) throw unknownFlag(command, token.rawName)
    const value = token.value === undefined ? (found.name === token.name ? null : false) : token.value
    take(typed, found, { value, inline: token.inlineValue === true, rawName: token.rawName })
  }
  if (rack !== null) addRack(command, typed, rack)
  const given: Record<string, unknown> = { ...startingWith(command), ...typed }
  const needed = known.find(({ key, flag }) => flag.takes === 'needed' && given[key] === undefined)
  if (needed !== undefined) throw missing(command, `--${needed.name} ${shownValue(needed.flag)}`)
  return { kind: 'given', given: { ...given, ...argumentsOf(command, plain) } }
}

/** What stands for a flag's value in help. */
export function shownValue({ value, choices }: Flag): string {
  return value ?? choices?.join('|') ?? ''
}

function optionOf(flag: Flag) {
  const type = isSwitch(flag) ? ('boolean' as const) : ('string' as const)
  return { type, ...(flag.short && { short: flag.short }), ...(flag.takes === 'many' && { multiple: true }) }
}

function isSwitch({ value, choices }: Flag): boolean {
  return value === undefined && choices === undefined
}

function startingWith({ flags }: Command): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(flags).map(([key, flag]) => {
      if (flag.takes === 'many') return [key, []]
      return [key, isSwitch(flag) && flag.takes !== 'either' ? false : flag.default]
    }),
  )
}

/** @throws Usage for what the flag can't be, and for a second value that isn't the first one */
function take(
  typed: Record<string, unknown>,
  { key, flag }: { readonly key: string; readonly flag: Flag },
  {
    value,
    inline,
    rawName,
  }: { readonly value: string | false | null; readonly inline: boolean; readonly rawName: string },
): void {
  if (isSwitch(flag)) {
    if (typeof value === 'string') throw new Usage(`${rawName} takes no value:`, `leave ${printable(value)} out`)
    const wanted = value === null
    if (key in typed && typed[key] !== wanted)
      throw new Usage(`--${flagName(key)} and --no-${flagName(key)} contradict each other:`, 'keep one of them')
    typed[key] = wanted
    return
  }
  // `-r=NAME` is a habit from other programs.
  const text = typeof value === 'string' && rawName.length === 2 && inline ? value.replace(/^=/, '') : value
  if (typeof text !== 'string' || text === '' || (!inline && text.startsWith('-') && text.length > 1))
    throw new Usage(`${rawName} needs a value:`, `write it as ${rawName} ${shownValue(flag)}`)
  if (flag.choices !== undefined && !flag.choices.includes(text)) throw notAmong(rawName, text, flag.choices)
  const before = typed[key]
  if (flag.takes === 'many') typed[key] = Array.isArray(before) ? [...before, text] : [text]
  else if (before === undefined || before === text) typed[key] = text
  else if (key === 'rack') throw twoRacks(String(before), text)
  // Neither is repeated: it may be a token.
  else throw new Usage(`${rawName} is given twice, with different values:`, 'keep one of them')
}

function addRack(command: Command, typed: Record<string, unknown>, rack: string): void {
  if (!('rack' in command.flags)) throw usage(command, `${command.name} is about no rack: leave --rack out`)
  const { rack: own } = typed
  if (typeof own === 'string' && own !== rack) throw twoRacks(rack, own)
  typed.rack = rack
}

function argumentsOf(command: Command, plain: readonly string[]): object {
  const left = [...plain]
  const entries = Object.entries(command.arguments).map(([key, { takes }]) => {
    if (takes === 'some' || takes === 'any') {
      const all = left.splice(0)
      if (takes === 'some' && all.length === 0) throw missingArgument(command, key)
      return [key, all]
    }
    const word = left.shift()
    if (word === '') throw usage(command, `${shownName(key)} of ${command.name} is empty`)
    if (word === undefined && takes === 'needed') throw missingArgument(command, key)
    return [key, word]
  })
  const [surplus] = left
  if (surplus !== undefined) throw usage(command, `${command.name} can't do anything with ${printable(surplus)}`)
  return Object.fromEntries(entries)
}

function missingArgument(command: Command, key: string): Error {
  return missing(command, `${shownName(key)}, ${command.arguments[key]?.about ?? ''}`)
}

function missing(command: Command, what: string): Error {
  const [example = command.name] = command.examples
  return new Usage(
    `${command.name} needs ${what}:`,
    `type it as in: ${example.replace(/ +\(.*\)$/, '')}; see: rack-gateway help ${command.name}`,
  )
}

/** How an argument stands in help. */
export function shownName(key: string): string {
  return flagName(key).toUpperCase()
}

function unknownFlag(command: Command, rawName: string): Error {
  const names = [...Object.keys(command.flags), 'help'].map((key) => `--${flagName(key)}`)
  const near = nearest(rawName, names)
  const meant = near === null ? '' : `: did you mean ${near}?`
  return usage(command, `${command.name} has no flag ${printable(rawName)}${meant}`)
}

function notAmong(rawName: string, text: string, choices: readonly string[]): Error {
  const near = nearest(text, choices)
  const all = choices.join(', ')
  const next = near === null ? `it is one of ${all}` : `did you mean ${near}? It is one of ${all}`
  return new Usage(`${rawName} can't be ${printable(text)}:`, next)
}

function usage(command: Command, sentence: string): Error {
  return new Usage(sentence, `${sentence.endsWith('?') ? 'See' : 'see'}: rack-gateway help ${command.name}`)
}
