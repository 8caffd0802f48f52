import { redactionPlaceholder } from './mask-view.ts'
import { isSecretOption } from './secret-names.ts'
import { closingIndex, createQuoteReader, optionValueEnd } from './shell-values.ts'

/**
 * Redacts the values of secret names in a text: `name: value`, `"name": "value"`, `'name' => 'value'`,
 * `"--name"=value`, and `--name value`. Names are compared without quotes and backslashes, as a shell reads them.
 *
 * @param isCode whether a shell will read the text. If not, a value without quotes extends to the end of its line.
 */
export function redactNamedValues(text: string, isCode: boolean, isSecretWord: (name: string) => boolean): string {
  const quotes = createQuoteReader(text)
  const names = /[A-Za-z_\\"'-][\w.\\"'-]*/g
  let output = ''
  let consumed = 0
  for (let found = names.exec(text); found; found = names.exec(text)) {
    const [raw] = found
    const end = found.index + raw.length
    const from = valueStart(text, { raw, begin: found.index, end }, isSecretWord)
    if (from === -1) continue
    const stop = valueStop(text, from, { raw, outer: isCode ? quotes.at(from) : '', isCode })
    if (stop <= from || text.slice(from, stop) === redactionPlaceholder) continue
    output += text.slice(consumed, from) + redactionPlaceholder
    consumed = stop
    names.lastIndex = stop
  }
  return consumed === 0 ? text : output + text.slice(consumed)
}

interface FoundName {
  /** With its quotes and backslashes. */
  readonly raw: string
  readonly begin: number
  readonly end: number
}

/** The index at which the value of a name begins; -1 if the name is not secret or has no value. */
function valueStart(text: string, { raw, begin, end }: FoundName, isSecretWord: (name: string) => boolean): number {
  const word = raw.replaceAll(/["'\\]/g, '')
  const name = word.replace(/^-+/, '')
  if (name === '') return -1
  const isQuoted = /["']$/.test(raw)
  const separator = matchAt(isQuoted ? quotedSeparator : raw === word ? plainSeparator : partSeparator, text, end)
  if (separator === '') {
    const gap = matchAt(blanks, text, end)
    if (gap === '' || !word.startsWith('-') || /^["'\\]{0,2}-/.test(text.slice(end + gap.length, end + gap.length + 3)))
      return -1
    return isSecretOption(word, isSecretWord) ? end + gap.length : -1
  }
  const from = end + separator.length
  if (separator.startsWith(':') && !isQuoted) {
    const isTight = separator === ':' && !/["']/.test(text.charAt(from))
    if (/^[:/]/.test(text.slice(from, from + 1)) && separator === ':') return -1
    if (isTight && (text.charAt(begin - 1) === '/' || !tightNames.test(name))) return -1
  }
  if (!isSecretWord(name) && !(word.startsWith('-H') && isSecretWord(word.slice(2)))) return -1
  return isQuoted ? from : from + matchAt(scheme, text, from).length
}

/**
 * The text between a name and its value, for a name in quotes, a name that contains a quote, and any other name.
 * `redactCommand` redacts `NAME=value` itself.
 */
const quotedSeparator = /[ \t]*(?:=>|[:=])[ \t]*/y
const partSeparator = /(?::(?!:)[ \t]*|=>?)/y
const plainSeparator = /(?::|[ \t]*=>)[ \t]*/y
const blanks = /(?:[ \t]|\\\r?\n)+/y

/**
 * Names whose value may follow without a space: `PASSWORD:x`, `X-Api-Key:x`, `password:x`. In contrast, `token:refresh`
 * is a task, and `registry/token:latest` is an image.
 */
const tightNames = /^[A-Z][A-Z0-9_]*$|-|[Pp]ass(?:word|wd|phrase)?$/

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

interface ValueContext {
  readonly raw: string
  /** The open shell quote around the value, or empty. */
  readonly outer: string
  readonly isCode: boolean
}

function valueStop(text: string, begin: number, { raw, outer, isCode }: ValueContext): number {
  if (begin >= text.length || /[\r\n]/.test(text.charAt(begin))) return begin
  const enclosing = enclosingQuote(raw)
  if (enclosing !== '') return quoteEnd(text, begin, enclosing)
  const [quote = ''] = /^\\?["']/.exec(text.slice(begin, begin + 2)) ?? []
  if (quote !== '' && quote !== outer) {
    const end = quote.length === 1 ? closingIndex(text, begin, quote) : quoteEnd(text, begin + 2, quote)
    return Math.min(end + quote.length, text.length)
  }
  if (isCode && text.startsWith(redactionPlaceholder, begin)) return begin
  if (/[[{]/.test(text.charAt(begin))) return lineEnd(text, begin, outer)
  if (/^\\?["'](?!-).*["']$/.test(raw)) return indexOfAny(text, begin, `,}])" \t\r\n'`)
  if (isCode || raw.startsWith('-')) return optionValueEnd(text, begin, outer)
  return lineEnd(text, begin, outer)
}

const scheme = /(?:basic|bearer|digest|token) /iy

/** The quote that is opened before or in a name and closed after its value. */
function enclosingQuote(raw: string): string {
  const opened = /\\?["'](?=.)/.exec(raw)
  if (opened === null) return ''
  const [quote] = opened
  return raw.includes(quote, opened.index + quote.length) ? '' : quote
}

/** The index of the closing quote, which may be escaped, or the text's length. */
function quoteEnd(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from)
  return end === -1 ? text.length : end
}

function lineEnd(text: string, from: number, outer: string): number {
  return indexOfAny(text, from, `\r\n${outer}`)
}

function indexOfAny(text: string, from: number, characters: string): number {
  let at = from
  while (at < text.length && !characters.includes(text.charAt(at))) at++
  return at
}
