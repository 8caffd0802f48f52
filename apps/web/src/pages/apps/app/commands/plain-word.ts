const plainWord = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** Whether a word is safe in a pasted command: every shell leaves it unchanged, and no program reads it as an option. */
export function isPlainWord(word: string): boolean {
  return plainWord.test(word)
}
