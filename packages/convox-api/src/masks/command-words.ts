import { hidePasswords } from './addresses.ts'
import { scrubToken } from './rack-token.ts'
import { hidden } from './view.ts'

export interface CommandView {
  /** Whether a name's value is secret. */
  isSecret(name: string): boolean
  /** The rack's own. */
  readonly rackToken: string
}

/**
 * A command as it may be told: in its words, the values of `NAME=value` under secret names, passwords in addresses, PEM blocks and the
 * rack's token are replaced, as in `[hidden]`. Where a word is code for an interpreter (behind `-c` or `-e`), a value ends where a
 * shell would end it, so that nothing else of the code is hidden.
 *
 * @returns `argv` itself when there is nothing to hide. Takes time in proportion to its length.
 */
export function hideCommand(argv: readonly string[], view: CommandView): readonly string[] {
  let isCode = argv.length === 1
  let changed = false
  const told = argv.map((word) => {
    const shown = hideWord(word, isCode, view)
    isCode ||= interpreted.test(word)
    changed ||= shown !== word
    return shown
  })
  return changed ? told : argv
}

/** Options after which interpreters take code: `-c`, `-lc`, `-e`. */
const interpreted = /^-[A-Za-z]{0,8}[ce]$/

function hideWord(word: string, isCode: boolean, { isSecret, rackToken }: CommandView): string {
  const scrubbed = scrubToken(hidePasswords(word), rackToken)
  return hideBlocks(hideAssignments(scrubbed, isCode, isSecret))
}

function hideBlocks(text: string): string {
  const begin = text.indexOf('-----BEGIN')
  return begin === -1 ? text : text.slice(0, begin) + hidden
}

function hideAssignments(text: string, isCode: boolean, isSecret: (name: string) => boolean): string {
  let told = ''
  let done = 0
  for (let equals = text.indexOf('='); equals !== -1; equals = text.indexOf('=', Math.max(equals + 1, done))) {
    const { begin, end } = nameBefore(text, equals, done)
    if (begin === end || !isSecret(text.slice(begin, end))) continue
    const isWhole = !isCode && onlyDashes(text, begin)
    const stop = isWhole ? text.length : valueEnd(text, equals + 1, text.charAt(begin - 1))
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

function onlyDashes(text: string, end: number): boolean {
  for (let at = 0; at < end; at++) if (text.charAt(at) !== '-') return false
  return true
}

const separators = ' \t\r\n;&|()<>'

/** Where a shell would end the value that begins there. @param before the character before its name: a quote, and the value is within it */
function valueEnd(text: string, from: number, before: string): number {
  const outer = before === '"' || before === "'" ? before : ''
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && quote !== "'" && outer !== "'") at++
    else if (quote !== '') quote = char === quote ? '' : quote
    else if (outer !== '') {
      if (char === outer) return at
    } else if (char === '"' || char === "'") quote = char
    else if (separators.includes(char)) return at
  }
  return text.length
}
