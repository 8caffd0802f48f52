import { type CommandModule, isSwitch, optionsOf } from '../command-line/command-module.ts'
import { type Expected, expectedWords, type NameKind, type Suggestion } from './expected.ts'

/** A flag of rack-gateway or of convox. */
export interface KnownFlag {
  /** Such as `--rack` and `-r`. */
  readonly forms: readonly string[]
  readonly about: string
  /** Null for a flag without a value. */
  readonly value: { readonly choices: readonly string[]; readonly names: NameKind | null } | null
}

export type CursorPosition =
  | { readonly kind: 'value'; readonly expected: Expected }
  | { readonly kind: 'flag' }
  /** `index` is the number of arguments before the cursor. */
  | { readonly kind: 'argument'; readonly index: number }

export function flagsOf(module: CommandModule): KnownFlag[] {
  return optionsOf(module).map(([name, option]) => {
    const { alias, describe = '', choices = [], complete = null } = option
    return {
      forms: [`--${name}`, ...(typeof alias === 'string' ? [`-${alias}`] : [])],
      about: describe,
      value: isSwitch(option) ? null : { choices: choices.map(String), names: complete },
    }
  })
}

export function suggestFlags(flags: readonly KnownFlag[]): Expected {
  return expectedWords(flags.flatMap(({ forms, about }) => forms.map((word) => ({ word, about }))))
}

/** @param words the words after a command's name; the last one is being typed */
export function cursorPosition(words: readonly string[], flags: readonly KnownFlag[]): CursorPosition {
  const { previousWords, current } = splitLastWord(words)
  let index = 0
  for (let at = 0; at < previousWords.length; at++) {
    const word = previousWords[at] ?? ''
    if (word === '--') return { kind: 'argument', index: index + previousWords.length - at - 1 }
    const value = flagNamed(word, flags)?.value ?? null
    if (!isFlag(word)) index++
    else if (value !== null && ++at === previousWords.length)
      return { kind: 'value', expected: valueExpected(value, '') }
  }
  const [, prefix = '', name = ''] = /^((--[^=]+)=)/.exec(current) ?? []
  const value = flagNamed(name, flags)?.value ?? null
  if (value !== null) return { kind: 'value', expected: valueExpected(value, prefix) }
  return current.startsWith('-') ? { kind: 'flag' } : { kind: 'argument', index }
}

/** The words after the leading flags; null while a leading flag or its value is being typed. */
export function afterFlags(words: readonly string[], flags: readonly KnownFlag[]): readonly string[] | null {
  let at = 0
  while (at < words.length - 1 && isFlag(words[at] ?? '') && words[at] !== '--')
    at += flagNamed(words[at] ?? '', flags)?.value ? 2 : 1
  const isTypingFlag = at >= words.length || (at === words.length - 1 && words[at]?.startsWith('-'))
  return isTypingFlag ? null : words.slice(at)
}

export function splitLastWord(words: readonly string[]): {
  readonly previousWords: readonly string[]
  readonly current: string
} {
  return { previousWords: words.slice(0, -1), current: words.at(-1) ?? '' }
}

function valueExpected({ choices, names }: NonNullable<KnownFlag['value']>, prefix: string): Expected {
  const words: Suggestion[] = choices.map((choice) => ({ word: `${prefix}${choice}`, about: '' }))
  return { words, names, prefix }
}

function flagNamed(word: string, flags: readonly KnownFlag[]): KnownFlag | undefined {
  return flags.find(({ forms }) => forms.includes(word))
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-'
}
