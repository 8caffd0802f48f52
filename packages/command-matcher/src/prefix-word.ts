/** A longer word matches no prefix, as it matches no type. */
const longestWord = 256
const longestPrefix = 200

/**
 * Whether `*` may follow the text. It never begins with a dash, so a prefix matches no option, and it has no character
 * that a shell reads.
 */
export function isPrefix(text: string): boolean {
  return text.length <= longestPrefix && /^[A-Za-z0-9_.:/@=+,][A-Za-z0-9_.:/@=+,-]*$/.test(text)
}

/**
 * Whether the rest of a word after a prefix is what `*` permits: one or more letters, digits, `_`, `:`, `.`, or `-`.
 * A word that names a parent directory never does, so `data/*` stays within `data`.
 */
export function isPrefixed(word: string, prefixLength: number): boolean {
  if (word.length <= prefixLength || word.length > longestWord) return false
  return /^[A-Za-z0-9_:.-]+$/.test(word.slice(prefixLength)) && !/(?:^|\/)\.\.?$/.test(word)
}
