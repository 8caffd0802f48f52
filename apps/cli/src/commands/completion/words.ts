import type { CommandList } from '../../command-line/command-list.ts'
import type { Arguments, CommandOptions } from '../../command-line/command-module.ts'
import { suggestionsAt } from '../../completion/suggestions.ts'
import { safeJson } from '../../output/safe-json.ts'
import { jsonOption } from '../options/shared-options.ts'

export const command = 'words [words..]'
export const describe = 'Print the words that can complete a command line. The completion scripts call this command.'
export const details =
  'Prints one word per line, and its description after a tab. A line with a tab and the word "files" means that a file or directory can follow, too.'
export const examples = [
  'rack-gateway completion words -- tokens cr',
  'rack-gateway completion words --next -- ps --app     # the words that can follow',
]
export const builder = {
  words: { type: 'string', array: true, describe: 'The words after rack-gateway; the last one is being typed' },
  next: { type: 'boolean', describe: 'The word that is being typed is still empty' },
  json: jsonOption,
} as const satisfies CommandOptions
export const progress = null

/** The caller passes the list of commands, because importing it here would be an import cycle. */
type WordsArguments = Arguments<typeof builder> & { readonly commandList: CommandList }

export async function handler({ context, commandList, words = [], next, json }: WordsArguments): Promise<void> {
  const { words: suggested, files } = await suggestionsAt(context, commandList, next ? [...words, ''] : words)
  if (json) context.print(safeJson({ words: suggested, files }, 2))
  else {
    for (const { word, about } of suggested) context.print(about === '' ? word : `${word}\t${about}`)
    if (files) context.print('\tfiles')
  }
}
