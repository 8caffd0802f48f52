import { type Flag, takes } from './flags.ts'
import type { Doubt } from './types.ts'

/** Words told apart as convox does it. Of a flag that isn't a list, the last value counts. */
export interface Words {
  readonly args: readonly string[]
  readonly flags: ReadonlyMap<string, readonly string[]>
}

/** One word that begins with a dash: what it gives, and whether the next word is the value of its last flag. */
interface FlagWord {
  readonly given: readonly (readonly [flag: Flag, value: string])[]
  readonly takesNext: boolean
}

/**
 * Reads what follows a command's name. Flags may come anywhere before `--`; `--name=value`, `--name value`, `-nvalue`,
 * `-n=value` and `-n value` are one, and toggles can be put together. A toggle never takes the next word.
 *
 * @returns the words, `help` where convox would only print its help, or why they can't be understood
 */
export function readWords(words: readonly string[], known: readonly Flag[]): Words | 'help' | Doubt {
  const args: string[] = []
  const flags = new Map<string, string[]>()
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') return { args: args.concat(words.slice(at + 1)), flags }
    if (word === '-' || !word.startsWith('-')) {
      args.push(word)
      continue
    }
    const read = word.startsWith('--') ? readLong(word, words[at + 1], known) : readShort(word, words[at + 1], known)
    if (read === 'help' || 'doubt' in read) return read
    for (const [flag, value] of read.given) {
      if (!takes(flag, value)) return { doubt: `the value of --${flag.name} is none that convox certainly takes` }
      const values = flags.get(flag.name)
      if (values && flag.kind === 'list') values.push(value)
      else flags.set(flag.name, [value])
    }
    if (read.takesNext) at++
  }
  return { args, flags }
}

function readLong(word: string, next: string | undefined, known: readonly Flag[]): FlagWord | 'help' | Doubt {
  const equals = word.indexOf('=')
  const name = word.slice(2, equals === -1 ? undefined : equals)
  const flag = known.find((one) => one.name === name)
  if (!flag) return name === 'help' ? 'help' : unknownFlag
  if (equals !== -1) return { given: [[flag, word.slice(equals + 1)]], takesNext: false }
  return valued(flag, next, [])
}

function readShort(word: string, next: string | undefined, known: readonly Flag[]): FlagWord | 'help' | Doubt {
  const given: [Flag, string][] = []
  for (let at = 1; at < word.length; at++) {
    if (word.startsWith('test.', at)) return unknownFlag
    const flag = known.find(({ short }) => short === word[at])
    if (!flag) return word[at] === 'h' ? 'help' : unknownFlag
    const rest = word.length - at - 1
    if (rest > 1 && word[at + 1] === '=') return { given: [...given, [flag, word.slice(at + 2)]], takesNext: false }
    if (flag.kind !== 'toggle') {
      if (rest > 0) return { given: [...given, [flag, word.slice(at + 1)]], takesNext: false }
      return valued(flag, next, given)
    }
    given.push([flag, 'true'])
  }
  return { given, takesNext: false }
}

function valued(flag: Flag, next: string | undefined, before: FlagWord['given']): FlagWord | Doubt {
  if (flag.kind === 'toggle') return { given: [...before, [flag, 'true']], takesNext: false }
  if (next === undefined) return { doubt: `--${flag.name} needs a value` }
  return { given: [...before, [flag, next]], takesNext: true }
}

const unknownFlag: Doubt = { doubt: 'it has a flag that this command is not known to have' }
