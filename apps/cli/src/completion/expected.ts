export type NameKind = 'rack' | 'app' | 'file'

export interface Suggestion {
  readonly word: string
  /** A description; can be empty. */
  readonly about: string
}

/** The possible completions at the cursor. */
export interface Expected {
  readonly words: readonly Suggestion[]
  /** The kind of names that are possible, too. */
  readonly names: NameKind | null
  /** The text before a name or a choice in the same word, such as `--rack=`. */
  readonly prefix: string
}

export const nothingExpected: Expected = { words: [], names: null, prefix: '' }

export function expectedWords(words: readonly Suggestion[]): Expected {
  return { ...nothingExpected, words }
}

export function expectedNames(names: NameKind | null): Expected {
  return { ...nothingExpected, names }
}
