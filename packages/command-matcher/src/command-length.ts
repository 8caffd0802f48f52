/** The maximum length of a command in bytes of UTF-8. */
export const maxCommandBytes = 8192

/** Whether the words, joined by single spaces, exceed the maximum length of a command. */
export function isTooLong(words: readonly string[]): boolean {
  let bytes = -1
  for (const word of words) {
    bytes += 1 + Buffer.byteLength(word)
    if (bytes > maxCommandBytes) return true
  }
  return false
}
