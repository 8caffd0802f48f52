import { redactTokens } from '@rack-gateway/errors/redact-tokens'
import { hidePassword, hidePasswords } from './addresses.ts'
import { hideNamedValues } from './named-values.ts'
import { createOptionReader } from './password-options.ts'
import { scrubToken } from './rack-token.ts'
import { createSecretWords, hideCredentials, isSecretOption } from './secret-words.ts'
import { optionEnd, quoteReader, valueEnd } from './shell-values.ts'
import { hidden } from './view.ts'

export interface CommandView {
  /** Whether a name's value is secret. */
  isSecret(name: string): boolean
  /** The rack's own. */
  readonly rackToken: string
}

/**
 * A command as it may be told. Replaced are the values of secret names (`NAME=value`, `--name value`, `Name: value`,
 * `"name": "value"`) and of options that are known to take a password, credentials that are known by their beginning, passwords
 * in addresses, what follows `Authorization:`, PEM blocks, and the rack's token. Where words are code for an interpreter (behind
 * `-c` or `-e`), a value ends where a shell would end it, so that nothing else of the code is hidden.
 *
 * @returns `argv` itself when there is nothing to hide. Takes time in proportion to its length.
 */
export function hideCommand(argv: readonly string[], view: CommandView): readonly string[] {
  const hideBlocks = blockHider()
  const isSecretWord = createSecretWords(view.isSecret)
  const hideOptions = optionHider(isSecretWord)
  let isCode = argv.length === 1
  let changed = false
  const told = argv.map((word) => {
    const shown = hideBlocks(hideOptions(word, isCode), (text) =>
      hideText(text, isCode, { isSecret: isSecretWord, rackToken: view.rackToken }),
    )
    isCode ||= interpreted.test(word)
    changed ||= shown !== word
    return shown
  })
  return changed ? told : argv
}

/** Options after which interpreters take code: `-c`, `-lc`, `-e`. */
const interpreted = /^-[A-Za-z]{0,8}[ce]$/

function hideText(text: string, isCode: boolean, { isSecret, rackToken }: CommandView): string {
  const scrubbed = hideCredentials(redactTokens(scrubToken(hidePasswords(text), rackToken)))
  const addressed = !isCode && scrubbed.includes('://') ? hidePassword(scrubbed, isSecret) : scrubbed
  const assigned = hideAssignments(hideAuthorization(addressed), isCode, isSecret)
  return hideNamedValues(assigned, isCode, isSecret)
}

/** The scheme stays, as in `Authorization: Bearer [hidden]`. */
function hideAuthorization(text: string): string {
  if (!/authorization/i.test(text)) return text
  return text.replaceAll(/(authorization: ?(?:(?:basic|bearer|digest|token) )?)[^\s'"]+/gi, `$1${hidden}`)
}

/** Hides the values of options that take a secret, word by word. */
function optionHider(isSecretWord: (name: string) => boolean): (word: string, isCode: boolean) => string {
  const options = createOptionReader()
  let isNextSecret = false
  let isNextValueSecret = false

  function hideInWord(word: string): string {
    if (isNextSecret) {
      isNextSecret = false
      return word === '' ? word : hidden
    }
    if (isNextValueSecret && word !== '' && !word.startsWith('-')) {
      isNextValueSecret = false
      return hidden
    }
    const part = options.read(word)
    isNextSecret = part === 'next'
    isNextValueSecret = part === 'nothing' && isSecretOption(word, isSecretWord)
    return typeof part === 'string' ? word : word.slice(0, part.after) + hidden
  }

  function hideInCode(text: string): string {
    const quotes = quoteReader(text)
    const piece = /[^\s;&|()<>'"`]+|[;&|()`\n]/g
    let told = ''
    let done = 0
    const hideFrom = (begin: number) => {
      const stop = optionEnd(text, begin, quotes.at(begin))
      if (stop === begin) return
      told += text.slice(done, begin) + hidden
      done = stop
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
        hideFrom(end + (/^(?:["'](?=[ \t]))?[ \t]*/.exec(text.slice(end, end + 64))?.[0].length ?? 0))
      else if (part !== 'nothing') hideFrom(found.index + part.after)
      else if (text.charAt(end) === "'" || text.charAt(end) === '"') {
        const quoted = options.read(`${word}${text.charAt(end)}`)
        if (typeof quoted === 'object') hideFrom(end)
      }
    }
    return done === 0 ? text : told + text.slice(done)
  }

  return (word, isCode) => (isCode ? hideInCode(word) : hideInWord(word))
}

const [blockBegin, blockEnd, dashes] = ['-----BEGIN', '-----END', '-----']

/** Hides PEM blocks, also those whose words a shell has taken apart. */
function blockHider(): (word: string, hideRest: (text: string) => string) => string {
  let within: 'nothing' | 'block' | 'last line' = 'nothing'

  /** Where in a text the block is over that it begins in; -1 where it goes on behind it. */
  function over(text: string, from: number): number {
    let at = from
    if (within === 'block') {
      const end = text.indexOf(blockEnd, at)
      if (end === -1) return -1
      within = 'last line'
      at = end + blockEnd.length
    }
    const last = text.indexOf(dashes, at)
    if (last === -1) return -1
    within = 'nothing'
    return last + dashes.length
  }

  return function hideBlocks(word, hideRest) {
    let told = ''
    let done = 0
    while (done !== -1) {
      if (within === 'nothing') {
        const begin = word.indexOf(blockBegin, done)
        if (begin === -1) return told + hideRest(word.slice(done))
        told += hideRest(word.slice(done, begin))
        done = begin + blockBegin.length
        within = 'block'
      }
      told += hidden
      done = over(word, done)
    }
    return told
  }
}

function hideAssignments(text: string, isCode: boolean, isSecret: (name: string) => boolean): string {
  const quotes = quoteReader(text)
  let told = ''
  let done = 0
  for (let equals = text.indexOf('='); equals !== -1; equals = text.indexOf('=', Math.max(equals + 1, done))) {
    const { begin, end } = nameBefore(text, equals, done)
    if (begin === end || !isSecret(text.slice(begin, end))) continue
    const stop = isCode ? valueEnd(text, equals + 1, quotes.at(begin)) : text.length
    if (stop === equals + 1) continue
    told += text.slice(done, equals + 1) + hidden
    done = stop
  }
  return done === 0 ? text : told + text.slice(done)
}

const nameCharacter = /[A-Za-z0-9_.-]/
const nameBeginning = /[A-Za-z_]/

/** The name that ends before an `=` or `+=`; what an option begins with isn't part of it. */
function nameBefore(text: string, equals: number, from: number): { readonly begin: number; readonly end: number } {
  const end = equals > from && text.charAt(equals - 1) === '+' ? equals - 1 : equals
  let begin = end
  while (begin > from && nameCharacter.test(text.charAt(begin - 1))) begin--
  while (begin < end && !nameBeginning.test(text.charAt(begin))) begin++
  return { begin, end }
}
