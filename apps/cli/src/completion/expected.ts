/** The kinds of names that can complete a word. */
export type NameKind = 'rack' | 'app' | 'file'

/** A suggested word and its description. */
export interface Suggestion {
  readonly word: string
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
