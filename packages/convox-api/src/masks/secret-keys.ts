import { hasPassword } from './url-passwords.ts'

/** `*` in a pattern matches any text, and case is ignored. Takes at most |key| × |pattern| steps for each pattern. */
export function isSecretKey(key: string, patterns: readonly string[]): boolean {
  const upper = key.toUpperCase()
  return patterns.some((pattern) => matches(pattern.toUpperCase(), upper))
}

/** Whether a value contains a secret, whatever its key is: a URL with a password, or a PEM block. */
export function containsSecret(value: string): boolean {
  return value.includes('-----BEGIN') || hasPassword(value)
}

function matches(pattern: string, text: string): boolean {
  let at = 0
  let index = 0
  let star = -1
  let resume = 0
  while (at < text.length) {
    if (pattern[index] === '*') {
      star = index++
      resume = at
    } else if (pattern[index] === text[at]) {
      index++
      at++
    } else if (star !== -1) {
      index = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[index] === '*') index++
  return index === pattern.length
}
