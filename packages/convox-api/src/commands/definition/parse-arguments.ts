import { acceptsValue, type Flag } from './flags.ts'
import type { Unpredictable } from './types.ts'

/**
 * Arguments and flags, separated as convox separates them. A list flag has all of its values. Any other flag has only
 * its last value.
 */
export interface ParsedArguments {
  readonly args: readonly string[]
  readonly flags: ReadonlyMap<string, readonly string[]>
}

/** The flags in one word with their values, and whether the next word is the value of the last flag. */
interface ParsedFlags {
  readonly values: readonly (readonly [flag: Flag, value: string])[]
  readonly takesNext: boolean
}

/**
 * Parses the words after a command's name. Flags may come anywhere before `--`, as `--name=value`, `--name value`,
 * `-nvalue`, `-n=value`, or `-n value`. Short toggles can be combined, and a toggle never takes the next word.
 *
 * @returns the parsed words, `help` if convox would only print its help, or why the words can't be understood
 */
export function parseArguments(
  words: readonly string[],
  known: readonly Flag[],
): ParsedArguments | 'help' | Unpredictable {
  const args: string[] = []
  const flags = new Map<string, string[]>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') return { args: args.concat(words.slice(at + 1)), flags }
    if (word === '-' || !word.startsWith('-')) {
      args.push(word)
      continue
    }
    const parsed = word.startsWith('--')
      ? parseLongFlag(word, words[at + 1], known)
      : parseShortFlags(word, words[at + 1], known)
    if (parsed === 'help' || 'unpredictable' in parsed) return parsed
    for (const [flag, value] of parsed.values) {
      if (!acceptsValue(flag, value)) return { unpredictable: `convox may not accept the value of --${flag.name}` }
      const values = flags.get(flag.name)
      if (values && flag.kind === 'list') values.push(value)
      else flags.set(flag.name, [value])
    }
    if (parsed.takesNext) at++
  }
  return { args, flags }
}

function parseLongFlag(
  word: string,
  next: string | undefined,
  known: readonly Flag[],
): ParsedFlags | 'help' | Unpredictable {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals === -1 ? undefined : equals)
  const flag = known.find((one) => one.name === name)
  if (!flag) return name === 'help' ? 'help' : unknownFlag
  if (equals !== -1) return { values: [[flag, word.slice(equals + 1)]], takesNext: false }
  return flagWithValue(flag, next, [])
}

function parseShortFlags(
  word: string,
  next: string | undefined,
  known: readonly Flag[],
): ParsedFlags | 'help' | Unpredictable {
  const earlier: [Flag, string][] = []
  for (let at = 1; at < word.length; at++) {
    if (word.startsWith('test.', at)) return unknownFlag
    const flag = known.find(({ short }) => short === word[at])
    if (!flag) return word[at] === 'h' ? 'help' : unknownFlag
    const rest = word.length - at - 1
    if (rest > 1 && word[at + 1] === '=') return { values: [...earlier, [flag, word.slice(at + 2)]], takesNext: false }
    if (flag.kind !== 'toggle') {
      if (rest > 0) return { values: [...earlier, [flag, word.slice(at + 1)]], takesNext: false }
      return flagWithValue(flag, next, earlier)
    }
    earlier.push([flag, 'true'])
  }
  return { values: earlier, takesNext: false }
}

function flagWithValue(
  flag: Flag,
  next: string | undefined,
  earlier: ParsedFlags['values'],
): ParsedFlags | Unpredictable {
  if (flag.kind === 'toggle') return { values: [...earlier, [flag, 'true']], takesNext: false }
  if (next === undefined) return { unpredictable: `--${flag.name} needs a value` }
  return { values: [...earlier, [flag, next]], takesNext: true }
}

const unknownFlag: Unpredictable = { unpredictable: 'the command has no such flag' }
