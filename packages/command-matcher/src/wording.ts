import { createCharacterSet } from './character-set.ts'

const longest = 120
/** What nearly every name is made of. */
const plain = createCharacterSet(/[A-Za-z0-9 ._:/@-]/)

/**
 * Text from outside, fit for a sentence: one line, no control or direction characters, at most 120 characters.
 * And no per-cent sign: the stock CLI prints a refusal as a format, and one would garble it.
 */
export function shown(text: string): string {
  if (text.length <= longest && plain.hasAll(text)) return text
  const clean = text.slice(0, longest).replace(/[^\p{L}\p{N}\p{P}\p{S} ]|%/gu, '?')
  return text.length > longest ? `${clean}…` : clean
}

/** Words of a command as one would type them, fit for a sentence. */
export function shownCommand(argv: readonly string[]): string {
  if (argv.length <= mostWords && argv.every(isBare)) return shown(argv.join(' '))
  return shown(argv.slice(0, mostWords).map(typed).join(' '))
}

const mostWords = 20

/** What a word is made of that is typed as it is. */
const bare = createCharacterSet(/[A-Za-z0-9._:/@-]/)

function isBare(word: string): boolean {
  return word !== '' && word.length <= longest && bare.hasAll(word)
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('')
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

function typed(word: string): string {
  return word === '' || /[ \t\n]/.test(word) ? `'${word.slice(0, longest)}'` : word.slice(0, longest)
}
