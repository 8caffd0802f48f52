const plainWord = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** Whether every shell takes a word as it is, and no program takes it for an option. People paste commands into a terminal. */
export function isPlainWord(word: string): boolean {
  return plainWord.test(word)
}
