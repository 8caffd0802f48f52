/** What names can complete a word: those of racks, of apps, or of files. */
export type Named = 'rack' | 'app' | 'file'

/** One word that may be typed, and what it is. */
export interface Suggestion {
  readonly word: string
  readonly about: string
}

/** What may stand where the cursor is. */
export interface Expected {
  readonly words: readonly Suggestion[]
  /** Names that may stand there, too. */
  readonly names: Named | null
  /** What precedes a name or a choice in the same word, such as `--rack=`. */
  readonly before: string
}

export const nothing: Expected = { words: [], names: null, before: '' }

export function expectedWords(words: readonly Suggestion[]): Expected {
  return { ...nothing, words }
}

export function expectedNames(names: Named | null): Expected {
  return { ...nothing, names }
}
