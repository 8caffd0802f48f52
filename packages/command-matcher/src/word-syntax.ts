import type { ArgvWord } from './types.ts'
import { isWordType, wordTypes } from './word-types.ts'

export type ParsedWords = { readonly words: readonly ArgvWord[] } | { readonly problem: string }

/** One word of the text. A quoted word has no special characters. */
interface Token {
  readonly text: string
  readonly quoted: boolean
}

/**
 * Parses the words of a command rule: `rake db:migrate|db:seed`, `bin/export <user:integer>`, `rake reports:*`, `rake
 * …`. Words are separated by spaces. `|` separates literals, `<name:type>` matches any word of a type, `*` at the end
 * matches the rest of a word, and `…` (or `...`) as the last word matches any further words. Single quotes remove all
 * special meaning: `'a|b'`.
 */
export function parseWords(text: string): ParsedWords {
  const tokens = tokensOf(text)
  if ('problem' in tokens) return tokens
  const words: ArgvWord[] = []
  for (const token of tokens) {
    const word = wordOf(token)
    if (typeof word === 'object' && 'problem' in word) return word
    words.push(word)
  }
  return { words }
}

/** The reverse of `parseWords`, for words without a single quote. */
export function formatWords(words: readonly ArgvWord[]): string {
  return words.map(formatWord).join(' ')
}

function tokensOf(text: string): Token[] | { readonly problem: string } {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (text[at] === ' ') {
      at += 1
      continue
    }
    const quoted = text[at] === "'"
    const end = quoted ? text.indexOf("'", at + 1) : endOf(text, at)
    if (end === -1) return { problem: 'has a single quote that is not closed' }
    tokens.push({ text: text.slice(quoted ? at + 1 : at, end), quoted })
    at = quoted ? end + 1 : end
    if (quoted && at < text.length && text[at] !== ' ')
      return { problem: 'has text after a closing single quote without a space between them' }
  }
  return tokens
}

function endOf(text: string, from: number): number {
  const space = text.indexOf(' ', from)
  return space === -1 ? text.length : space
}

function wordOf({ text, quoted }: Token): ArgvWord | { readonly problem: string } {
  if (quoted) return text
  if (text === '…' || text === '...') return { rest: true }
  if (text.startsWith('<') && text.endsWith('>')) return placeholderOf(text.slice(1, -1))
  if (text.includes('<'))
    return { problem: `has a < inside of "${text}": <name:type> is a whole word; ${quoteIt(text)}` }
  const choices = text.split('|')
  if (choices.includes('') && choices.length > 1) return { problem: `has an empty choice in "${text}"` }
  const star = text.indexOf('*')
  if (star === -1) return choices.length > 1 ? choices : text
  if (choices.length > 1) return { problem: `has a * in the choices "${text}": write a rule for each of them` }
  if (star < text.length - 1)
    return { problem: `has a * inside of "${text}": it can only be the last character of a word; ${quoteIt(text)}` }
  return { prefix: text.slice(0, -1) }
}

function quoteIt(text: string): string {
  return `for the word itself, write '${text}' in single quotes`
}

function placeholderOf(text: string): ArgvWord | { readonly problem: string } {
  const [name = '', type, ...rest] = text.split(':')
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name) || type === undefined || rest.length > 0)
    return { problem: `needs a name and a type in <${text}>, such as <user:integer>` }
  if (!isWordType(type))
    return { problem: `names the type "${type}", which does not exist; there are ${Object.keys(wordTypes).join(', ')}` }
  return { name, type }
}

function formatWord(word: ArgvWord): string {
  if (typeof word === 'string') return needsNoQuotes(word) ? word : `'${word}'`
  if ('rest' in word) return '…'
  if ('prefix' in word) return `${word.prefix}*`
  return 'type' in word ? `<${word.name}:${word.type}>` : word.join('|')
}

function needsNoQuotes(word: string): boolean {
  return word !== '' && word !== '...' && !/[ '|*<\u2026]/.test(word)
}
