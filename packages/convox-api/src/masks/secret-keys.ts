import { hasPassword } from './addresses.ts'

/** Whether any of the patterns matches the whole key; `*` stands for anything, and letter case doesn't count. Takes at most |key| × |pattern| steps, whatever the pattern. */
export function isSecretKey(key: string, patterns: readonly string[]): boolean {
  const upper = key.toUpperCase()
  return patterns.some((pattern) => matches(pattern.toUpperCase(), upper))
}

/** The same question, asked again and again: keys come back, so their answers are kept. */
export function createSecretKeys(patterns: readonly string[]): (key: string) => boolean {
  const upper = patterns.map((pattern) => pattern.toUpperCase())
  const answers = new Map<string, boolean>()
  return function isSecret(key) {
    const found = answers.get(key)
    if (found !== undefined) return found
    const name = key.toUpperCase()
    const answer = upper.some((pattern) => matches(pattern, name))
    if (answers.size < mostAnswers && key.length < longestKept) answers.set(key, answer)
    return answer
  }
}

const mostAnswers = 10_000
const longestKept = 200

/** Whether a value is secret whatever its key: an address with a password in it, or a PEM block. */
export function isSecretValue(value: string): boolean {
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
