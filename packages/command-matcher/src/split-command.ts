import type { SplitCommand } from './types.ts'

/**
 * Splits a command into words exactly as the rack does, with the same errors.
 *
 * Only space, tab, and newline separate words. A carriage return, a form feed, or U+00A0 is part of a word. Nothing is
 * expanded, and `;`, `|`, `&&`, `$`, and `#` have no meaning, because the rack has no shell.
 *
 * @param text any string; decode a header with `decodeHeaderCommand` first
 * @see samples in `src/testing/argv.json`, recorded from the rack's splitter (go-shellquote, `Split`)
 */
export function splitCommand(text: string): SplitCommand {
  const argv: string[] = []
  // null means between words; `''` begins an empty word, which must be kept.
  let word: string | null = null
  let quote: Quote = 'none'

  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (quote === 'single') {
      if (char === "'") quote = 'none'
      else word = `${word ?? ''}${char}`
    } else if (char === '\\') {
      const next = text.charAt(++at)
      if (next === '') return { error: quote === 'double' ? unterminated.double : unterminated.escape }
      if (next === '\n') continue
      word = `${word ?? ''}${quote === 'double' && !doubleQuoteEscapes.includes(next) ? char : ''}${next}`
    } else if (char === '"') {
      quote = quote === 'double' ? 'none' : 'double'
      word ??= ''
    } else if (quote === 'double') {
      word = `${word ?? ''}${char}`
    } else if (char === "'") {
      quote = 'single'
      word ??= ''
    } else if (!separators.includes(char)) {
      word = `${word ?? ''}${char}`
    } else if (word !== null) {
      argv.push(word)
      word = null
    }
  }

  if (quote !== 'none') return { error: unterminated[quote] }
  if (word !== null) argv.push(word)
  return { argv }
}

type Quote = 'none' | 'single' | 'double'

const separators = ' \t\n'
const doubleQuoteEscapes = '$`"\\'
const unterminated = {
  escape: 'Unterminated backslash-escape',
  single: 'Unterminated single-quoted string',
  double: 'Unterminated double-quoted string',
}
