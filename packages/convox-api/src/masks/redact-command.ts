import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import { type MaskView, redactionPlaceholder } from './mask-view.ts'
import { createOptionReader } from './password-options.ts'
import { redactNamedValues } from './redact-named-values.ts'
import { redactRackToken } from './redact-rack-token.ts'
import { createSecretNameMatcher, isSecretOption, redactCredentials, shortestCredential } from './secret-names.ts'
import { createQuoteReader, optionValueEnd, shellValueEnd } from './shell-values.ts'
import { redactPasswordsInText, redactUrl } from './url-passwords.ts'

export interface CommandRedaction {
  /** Whether the value of this name is secret. */
  isSecret(name: string): boolean
  readonly rackToken: string
}

/**
 * Redacts the secrets in a command: values of secret names (`NAME=value`, `--name value`, `Name: value`,
 * `"name": "value"`), values of known password options, credentials with a known prefix, passwords in URLs,
 * `Authorization` headers, PEM blocks, and the rack's token.
 *
 * In code for an interpreter (after `-c` or `-e`), a value ends where a shell would end the value. So the code after
 * the value stays.
 *
 * @returns `argv` itself if it contains no secret. The time is linear in its length.
 */
export function redactCommand(argv: readonly string[], view: CommandRedaction): readonly string[] {
  const redactBlocks = createBlockRedactor()
  const isSecretWord = createSecretNameMatcher(view.isSecret)
  const redactOptions = createOptionRedactor(isSecretWord)
  const redactText = createTextRedactor({ isSecret: isSecretWord, rackToken: view.rackToken })
  let isCode = argv.length === 1 // One word can be a whole command line.
  let changed = false
  const redacted = argv.map((word) => {
    const shown = redactBlocks(redactOptions(word, isCode), (text) => redactText(text, isCode))
    isCode ||= codeOption.test(word)
    changed ||= shown !== word
    return shown
  })
  return changed ? redacted : argv
}

export function redactCommandText(text: string, { isSecretParameter: isSecret, rackToken }: MaskView): string {
  return redactCommand([text], { isSecret, rackToken: rackToken ?? '' })[0] ?? ''
}

/** Options of interpreters that take code: `-c`, `-lc`, `-e`. */
const codeOption = /^-[A-Za-z]{0,8}[ce]$/

/** Caches texts, because a long command often repeats its words. */
function createTextRedactor(view: CommandRedaction): (text: string, isCode: boolean) => string {
  const caches = { code: new Map<string, string>(), word: new Map<string, string>() }
  return function redactTextOnce(text, isCode) {
    if (text.length < shortestCredential && !separator.test(text)) return redactRackToken(text, view.rackToken)
    const cache = isCode ? caches.code : caches.word
    const found = cache.get(text)
    if (found !== undefined) return found
    const redacted = redactText(text, isCode, view)
    cache.set(text, redacted)
    return redacted
  }
}

/** A text without these characters has no name with a value, no URL, and no header. */
const separator = /[\s\\:=]/

function redactText(text: string, isCode: boolean, { isSecret, rackToken }: CommandRedaction): string {
  const withoutCredentials = redactCredentials(redactTokens(redactRackToken(redactPasswordsInText(text), rackToken)))
  const isAddress = !isCode && withoutCredentials.includes('://')
  const withoutPasswords = isAddress ? redactUrl(withoutCredentials, isSecret) : withoutCredentials
  const withoutAssignments = redactAssignments(redactAuthorization(withoutPasswords), isCode, isSecret)
  return redactNamedValues(withoutAssignments, isCode, isSecret)
}

/** Keeps the scheme, as in `Authorization: Bearer [hidden]`. */
function redactAuthorization(text: string): string {
  if (!/authorization/i.test(text)) return text
  return text.replaceAll(/(authorization: ?(?:(?:basic|bearer|digest|token) )?)[^\s'"]+/gi, `$1${redactionPlaceholder}`)
}

function createOptionRedactor(isSecretWord: (name: string) => boolean): (word: string, isCode: boolean) => string {
  const options = createOptionReader()
  // After a password option, the next word is secret. After another option with a secret name, the next word is secret
  // unless it begins with `-`.
  let isNextSecret = false
  let isNextValueSecret = false

  function redactInWord(word: string): string {
    if (isNextSecret) {
      isNextSecret = false
      return word === '' ? word : redactionPlaceholder
    }
    if (isNextValueSecret && word !== '' && !word.startsWith('-')) {
      isNextValueSecret = false
      return redactionPlaceholder
    }
    const part = options.read(word)
    isNextSecret = part === 'next'
    isNextValueSecret = part === 'nothing' && isSecretOption(word, isSecretWord)
    return typeof part === 'string' ? word : word.slice(0, part.after) + redactionPlaceholder
  }

  function redactInCode(text: string): string {
    const quotes = createQuoteReader(text)
    const piece = /[^\s;&|()<>'"`]+|[;&|()`\n]/g
    let output = ''
    let consumed = 0
    const redactFrom = (begin: number) => {
      const stop = optionValueEnd(text, begin, quotes.at(begin))
      if (stop === begin) return
      output += text.slice(consumed, begin) + redactionPlaceholder
      consumed = stop
      piece.lastIndex = Math.max(stop, piece.lastIndex)
    }
    for (let found = piece.exec(text); found; found = piece.exec(text)) {
      const [word] = found
      const end = found.index + word.length
      if (/^[;&|()`\n]$/.test(word)) {
        options.endCommand()
        continue
      }
      const part = options.read(word)
      if (part === 'next')
        redactFrom(end + (/^(?:["'](?=[ \t]))?[ \t]*/.exec(text.slice(end, end + 64))?.[0].length ?? 0))
      else if (part !== 'nothing') redactFrom(found.index + part.after)
      else if (text.charAt(end) === "'" || text.charAt(end) === '"') {
        const quoted = options.read(`${word}${text.charAt(end)}`)
        if (typeof quoted === 'object') redactFrom(end)
      }
    }
    return consumed === 0 ? text : output + text.slice(consumed)
  }

  return (word, isCode) => (isCode ? redactInCode(word) : redactInWord(word))
}

const [blockBegin, blockEnd, dashes] = ['-----BEGIN', '-----END', '-----']

/** Redacts PEM blocks, including blocks that a shell split into words. */
function createBlockRedactor(): (word: string, redactRest: (text: string) => string) => string {
  let state: 'nothing' | 'block' | 'last line' = 'nothing'

  /** The index at which the open block ends; -1 if it continues in the next word. */
  function blockEndIndex(text: string, from: number): number {
    let at = from
    if (state === 'block') {
      const end = text.indexOf(blockEnd, at)
      if (end === -1) return -1
      state = 'last line'
      at = end + blockEnd.length
    }
    const last = text.indexOf(dashes, at)
    if (last === -1) return -1
    state = 'nothing'
    return last + dashes.length
  }

  return function redactBlocks(word, redactRest) {
    let output = ''
    let consumed = 0
    while (consumed !== -1) {
      if (state === 'nothing') {
        const begin = word.indexOf(blockBegin, consumed)
        if (begin === -1) return output + redactRest(word.slice(consumed))
        output += redactRest(word.slice(consumed, begin))
        consumed = begin + blockBegin.length
        state = 'block'
      }
      output += redactionPlaceholder
      consumed = blockEndIndex(word, consumed)
    }
    return output
  }
}

function redactAssignments(text: string, isCode: boolean, isSecret: (name: string) => boolean): string {
  if (!text.includes('=')) return text
  const quotes = createQuoteReader(text)
  let output = ''
  let consumed = 0
  for (let equals = text.indexOf('='); equals !== -1; equals = text.indexOf('=', Math.max(equals + 1, consumed))) {
    const { begin, end } = nameBefore(text, equals, consumed)
    if (begin === end || !isSecret(text.slice(begin, end))) continue
    const stop = isCode ? shellValueEnd(text, equals + 1, quotes.at(begin)) : text.length
    if (stop === equals + 1) continue
    output += text.slice(consumed, equals + 1) + redactionPlaceholder
    consumed = stop
  }
  return consumed === 0 ? text : output + text.slice(consumed)
}

const nameCharacter = /[A-Za-z0-9_.-]/
const nameBeginning = /[A-Za-z_]/

/** The name before an `=` or `+=`, without the dashes of an option. */
function nameBefore(text: string, equals: number, from: number): { readonly begin: number; readonly end: number } {
  const end = equals > from && text.charAt(equals - 1) === '+' ? equals - 1 : equals
  let begin = end
  while (begin > from && nameCharacter.test(text.charAt(begin - 1))) begin--
  while (begin < end && !nameBeginning.test(text.charAt(begin))) begin++
  return { begin, end }
}
