const longest = 120

/**
 * Text from outside, fit for a sentence: one line, no control or direction characters, at most 120 characters.
 * And no per-cent sign: the stock CLI prints a refusal as a format, and one would garble it.
 */
export function shown(text: string): string {
  if (text.length <= longest && /^[A-Za-z0-9 ._:/@-]*$/.test(text)) return text
  const clean = text.slice(0, longest).replace(/[^\p{L}\p{N}\p{P}\p{S} ]|%/gu, '?')
  return text.length > longest ? `${clean}…` : clean
}

/** Words of a command as one would type them, fit for a sentence. */
export function shownCommand(argv: readonly string[]): string {
  return shown(argv.slice(0, mostWords).map(typed).join(' '))
}

const mostWords = 20

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function typed(word: string): string {
  return word === '' || /[ \t\n]/.test(word) ? `'${word.slice(0, longest)}'` : word.slice(0, longest)
}
