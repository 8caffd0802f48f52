import type { CommandList } from '../command-line/command-list.ts'
import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'
import { appNames } from './app-names.ts'
import type { Suggestion } from './expected.ts'
import { splitLastWord } from './flags.ts'
import { rackNames } from './rack-names.ts'
import { expectedAt } from './typed-line.ts'

export interface Suggestions {
  readonly words: readonly Suggestion[]
  /** Whether a file or directory can follow, too. */
  readonly files: boolean
}

/** If the names of racks or apps cannot be found, leaves the names out without an error. */
export async function suggestionsAt(
  context: Context,
  list: CommandList,
  words: readonly string[],
): Promise<Suggestions> {
  const { previousWords, current } = splitLastWord(words)
  const expected = await expectedAt(list, words)
  const names = await namesOf(context, expected.names, previousWords).catch(() => [])
  const nameSuggestions = names.filter(isSafe).map((name) => ({ word: `${expected.prefix}${name}`, about: '' }))
  return {
    words: [...expected.words, ...nameSuggestions].filter(
      ({ word }) => word.startsWith(current) && isRequested(word, current),
    ),
    files: expected.names === 'file',
  }
}

async function namesOf(
  context: Context,
  kind: string | null,
  previousWords: readonly string[],
): Promise<readonly string[]> {
  if (kind === 'rack') return rackNames(context)
  return kind === 'app' ? appNames(context, previousWords) : []
}

/** Rejects names with control or format characters, and names that look like flags. */
function isSafe(name: string): boolean {
  return name !== '' && !name.startsWith('-') && printable(name) === name
}

/** Flags are suggested only after a dash. */
function isRequested(word: string, current: string): boolean {
  return current.startsWith('-') || !word.startsWith('-')
}
