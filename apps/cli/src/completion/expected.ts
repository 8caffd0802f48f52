/** The kinds of names that can complete a word. */
export type NameKind = 'rack' | 'app' | 'file'

/** A suggested word and its description. */
export interface Suggestion {
  readonly word: string
  readonly about: string
}

/** What can stand at the cursor. */
export interface Expected {
  readonly words: readonly Suggestion[]
  /** The kind of names that can stand there, too. */
  readonly names: NameKind | null
  /** The text before a name or a choice in the same word, such as `--rack=`. */
  readonly before: string
}

export const nothing: Expected = { words: [], names: null, before: '' }

export function expectedWords(words: readonly Suggestion[]): Expected {
  return { ...nothing, words }
}

export function expectedNames(names: NameKind | null): Expected {
  return { ...nothing, names }
}
