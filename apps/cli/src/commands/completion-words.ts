import type { CommandTable } from '../command-table/definition.ts'
import { suggestionsAt } from '../completion/suggestions.ts'
import type { Context } from '../context.ts'
import { safeJson } from '../output/safe-json.ts'

interface Given {
  /** The last one is being typed, unless `next` says that one is about to be. */
  readonly words: readonly string[]
  readonly next: boolean
  readonly format: 'text' | 'json'
  readonly table: CommandTable
}

/** Prints a line a word, with a tab before what it is; one that begins with a tab is no word. */
export async function completionWords(context: Context, { words, next, format, table }: Given): Promise<void> {
  const { words: suggested, files } = await suggestionsAt(context, table, next ? [...words, ''] : words)
  if (format === 'json') context.print(safeJson({ words: suggested, files }, 2))
  else {
    for (const { word, about } of suggested) context.print(about === '' ? word : `${word}\t${about}`)
    if (files) context.print('\tfiles')
  }
}
