import type { CommandList } from '../commands/command-list.ts'
import type { Context } from '../context.ts'
import { printable } from '../output/terminal.ts'
import { appNames } from './app-names.ts'
import type { Suggestion } from './expected.ts'
import { split } from './flags.ts'
import { rackNames } from './rack-names.ts'
import { expectedAt } from './typed-line.ts'

export interface Suggestions {
  readonly words: readonly Suggestion[]
  /** Whether a file or directory may stand there, too. */
  readonly files: boolean
}

/** What may stand where a line ends. Names that can't be had are left out, without a word. */
export async function suggestionsAt(
  context: Context,
  list: CommandList,
  words: readonly string[],
): Promise<Suggestions> {
  const { before, current } = split(words)
  const expected = await expectedAt(list, words)
  const names = await namesOf(context, expected.names, before).catch(() => [])
  const named = names.filter(isSafe).map((name) => ({ word: `${expected.before}${name}`, about: '' }))
  return {
    words: [...expected.words, ...named].filter(({ word }) => word.startsWith(current) && isAsked(word, current)),
    files: expected.names === 'file',
  }
}

async function namesOf(context: Context, kind: string | null, before: readonly string[]): Promise<readonly string[]> {
  if (kind === 'rack') return rackNames(context)
  return kind === 'app' ? appNames(context, before) : []
}

/** A name that ends no line, hides nothing on the terminal, and that no command takes for a flag. */
function isSafe(name: string): boolean {
  return name !== '' && !name.startsWith('-') && printable(name) === name
}

/** Flags are offered to who has begun one. */
function isAsked(word: string, current: string): boolean {
  return current.startsWith('-') || !word.startsWith('-')
}
