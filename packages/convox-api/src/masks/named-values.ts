import { isSecretOption } from './secret-words.ts'
import { closing, optionEnd, quoteReader } from './shell-values.ts'
import { hidden } from './view.ts'

/**
 * Hides what follows a secret name within a text: `name: value`, `"name": "value"`, `'name' => 'value'`, `"--name"=value`, and
 * `--name value`. Names are judged as a shell reads them, without quotes and backslashes.
 *
 * @param isCode whether a shell will read the text; else a value without quotes reaches to the end of its line
 */
export function hideNamedValues(text: string, isCode: boolean, isSecretWord: (name: string) => boolean): string {
  const quotes = quoteReader(text)
  const names = /[A-Za-z_\\"'-][\w.\\"'-]*/g
  let told = ''
  let done = 0
  for (let found = names.exec(text); found; found = names.exec(text)) {
    const [raw] = found
    const end = found.index + raw.length
    const from = valueStart(text, { raw, begin: found.index, end }, isSecretWord)
    if (from === -1) continue
    const stop = valueStop(text, from, { raw, outer: isCode ? quotes.at(from) : '', isCode })
    if (stop <= from || text.slice(from, stop) === hidden) continue
    told += text.slice(done, from) + hidden
    done = stop
    names.lastIndex = stop
  }
  return done === 0 ? text : told + text.slice(done)
}

interface FoundName {
  /** With its quotes and backslashes. */
  readonly raw: string
  readonly begin: number
  readonly end: number
}

/** Where the value of a name begins; -1 for a name that isn't secret or has none. */
function valueStart(text: string, { raw, begin, end }: FoundName, isSecretWord: (name: string) => boolean): number {
  const word = raw.replaceAll(/["'\\]/g, '')
  const name = word.replace(/^-+/, '')
  if (name === '') return -1
  const isQuoted = /["']$/.test(raw)
  const mark = matchAt(isQuoted ? markOfQuoted : raw === word ? markOfPlain : markOfPart, text, end)
  if (mark === '') {
    const gap = matchAt(blanks, text, end)
    if (gap === '' || !word.startsWith('-') || /^["'\\]{0,2}-/.test(text.slice(end + gap.length, end + gap.length + 3)))
      return -1
    return isSecretOption(word, isSecretWord) ? end + gap.length : -1
  }
  const from = end + mark.length
  if (mark.startsWith(':') && !isQuoted) {
    const isTight = mark === ':' && !/["']/.test(text.charAt(from))
    if (/^[:/]/.test(text.slice(from, from + 1)) && mark === ':') return -1
    if (isTight && (text.charAt(begin - 1) === '/' || !tightNames.test(name))) return -1
  }
  if (!isSecretWord(name) && !(word.startsWith('-H') && isSecretWord(word.slice(2)))) return -1
  return isQuoted ? from : from + matchAt(scheme, text, from).length
}

/** What stands between a name and its value: behind a name in quotes, one with a quote in it, and any other, whose `=` is read elsewhere. */
const markOfQuoted = /[ \t]*(?:=>|[:=])[ \t]*/y
const markOfPart = /(?::(?!:)[ \t]*|=>?)/y
const markOfPlain = /(?::|[ \t]*=>)[ \t]*/y
const blanks = /(?:[ \t]|\\\r?\n)+/y

/** `PASSWORD:x`, `X-Api-Key:x`, `password:x`; but `token:refresh` is a task, and `registry/token:latest` an image. */
const tightNames = /^[A-Z][A-Z0-9_]*$|-|[Pp]ass(?:word|wd|phrase)?$/

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

interface ValueContext {
  readonly raw: string
  readonly outer: string
  readonly isCode: boolean
}

function valueStop(text: string, begin: number, { raw, outer, isCode }: ValueContext): number {
  if (begin >= text.length || /[\r\n]/.test(text.charAt(begin))) return begin
  const opened = openedBy(raw)
  if (opened !== '') return endOf(text, begin, opened)
  const [quote = ''] = /^\\?["']/.exec(text.slice(begin, begin + 2)) ?? []
  if (quote !== '' && quote !== outer) {
    const end = quote.length === 1 ? closing(text, begin, quote) : endOf(text, begin + 2, quote)
    return Math.min(end + quote.length, text.length)
  }
  if (isCode && text.startsWith(hidden, begin)) return begin
  if (/[[{]/.test(text.charAt(begin))) return lineEnd(text, begin, outer)
  if (/^\\?["'](?!-).*["']$/.test(raw)) return firstOf(text, begin, `,}])" \t\r\n'`)
  if (isCode || raw.startsWith('-')) return optionEnd(text, begin, outer)
  return lineEnd(text, begin, outer)
}

const scheme = /(?:basic|bearer|digest|token) /iy

/** The quote that opens before or in a name and is not closed there: its value ends where the quote does. */
function openedBy(raw: string): string {
  const opened = /\\?["'](?=.)/.exec(raw)
  if (opened === null) return ''
  const [quote] = opened
  return raw.includes(quote, opened.index + quote.length) ? '' : quote
}

/** Where a quote ends, or the text does. A quote with a backslash is the text itself. */
function endOf(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from)
  return end === -1 ? text.length : end
}

function lineEnd(text: string, from: number, outer: string): number {
  return firstOf(text, from, `\r\n${outer}`)
}

function firstOf(text: string, from: number, characters: string): number {
  let at = from
  while (at < text.length && !characters.includes(text.charAt(at))) at++
  return at
}
