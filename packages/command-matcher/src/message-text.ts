const maxLength = 120

/**
 * Makes untrusted text safe for a message: one line without control and direction characters, cut to 120 characters and
 * `…`. Replaces percent signs, because the stock CLI reads a message as a format string.
 */
export function inMessage(text: string): string {
  if (text.length <= maxLength && /^[A-Za-z0-9 ._:/@-]*$/.test(text)) return text
  const clean = text.slice(0, maxLength).replace(/[^\p{L}\p{N}\p{P}\p{S} ]|%/gu, '?')
  return text.length > maxLength ? `${clean}…` : clean
}

/** Formats the first 20 words of a command for a message, as they would be typed. */
export function commandInMessage(argv: readonly string[]): string {
  return inMessage(argv.slice(0, maxWords).map(quoteIfNeeded).join(' '))
}

const maxWords = 20

/** `a`, `a and b`, or `a, b, and c`. */
export function joinWithAnd(names: readonly string[]): string {
  if (names.length < 3) return names.join(' and ')
  return `${names.slice(0, -1).join(', ')}, and ${names.at(-1)}`
}

const maxNames = 20

/** As `joinWithAnd`, for denials: at most the first 20 names, and the number of the others. Each is made safe. */
export function namesInMessage(names: readonly string[]): string {
  const shown = names.slice(0, maxNames).map(inMessage)
  const others = names.length - shown.length
  return joinWithAnd(others === 0 ? shown : [...shown, `${others} more`])
}

function quoteIfNeeded(word: string): string {
  return word === '' || /[ \t\n]/.test(word) ? `'${word.slice(0, maxLength)}'` : word.slice(0, maxLength)
}
