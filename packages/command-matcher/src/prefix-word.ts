/** Longer words match no prefix and no type. */
const maxWordLength = 256
const maxPrefixLength = 200

/**
 * Whether a text is a valid prefix. It never begins with a dash, so it matches no option, and contains no shell syntax.
 */
export function isPrefix(text: string): boolean {
  return text.length <= maxPrefixLength && /^[A-Za-z0-9_.:/@=+,][A-Za-z0-9_.:/@=+,-]*$/.test(text)
}

/**
 * Whether the rest of a word after a prefix is what `*` permits: one or more letters, digits, `_`, `:`, `.`, or `-`. The last
 * part of a path is never `.` or `..`, so `data/*` stays inside `data`.
 */
export function fitsPrefix(word: string, prefixLength: number): boolean {
  if (word.length <= prefixLength || word.length > maxWordLength) return false
  return /^[A-Za-z0-9_:.-]+$/.test(word.slice(prefixLength)) && !/(?:^|\/)\.\.?$/.test(word)
}
