/** Longer words match no prefix and no type. */
const maxWordLength = 256
const maxPrefixLength = 200

/** A prefix never begins with a dash, so it matches no option. It contains no shell syntax. */
export function isPrefix(text: string): boolean {
  return text.length <= maxPrefixLength && /^[A-Za-z0-9_.:/@=+,][A-Za-z0-9_.:/@=+,-]*$/.test(text)
}

/**
 * Whether `*` matches the rest of the word after the prefix. The last part of a path is never `.` or `..`, so `data/*`
 * stays inside `data`.
 */
export function fitsPrefix(word: string, prefixLength: number): boolean {
  if (word.length <= prefixLength || word.length > maxWordLength) return false
  return /^[A-Za-z0-9_:.-]+$/.test(word.slice(prefixLength)) && !/(?:^|\/)\.\.?$/.test(word)
}
