import { commandInMessage, inMessage } from '@rack-gateway/command-matcher'
import { type CommandRedaction, redactCommand } from '@rack-gateway/convox-api'

/** The redacted form of a command for events and recordings. The decision uses the real command. */
export interface RedactedCommand {
  readonly words: readonly string[]
  readonly hidden: boolean
  /** Redacts a sentence that can quote the real command. */
  redactSentence(text: string): string
}

export function createRedactedCommand(received: readonly string[], view: CommandRedaction): RedactedCommand {
  const real = shorten(received)
  const words = real === received ? redactCommand(real, view) : [...redactCommand(real, view), shortened]
  if (words === received) return { words, hidden: false, redactSentence: (text) => text }
  return {
    words,
    hidden: true,
    redactSentence: (text) =>
      replaceQuotations(text, quotationsIn(text, real, words), (rest) => redactCommand([rest], view).join()),
  }
}

/** Replacements are not redacted again. */
function replaceQuotations(
  text: string,
  pairs: readonly (readonly [string, string])[],
  hide: (rest: string) => string,
): string {
  const whole: readonly Piece[] = [{ text, isReplacement: false }]
  const pieces = pairs.reduce((replaced, pair) => replaced.flatMap((piece) => splitAtQuotation(piece, pair)), whole)
  return pieces.map((piece) => (piece.isReplacement ? piece.text : hide(piece.text))).join('')
}

interface Piece {
  readonly text: string
  readonly isReplacement: boolean
}

function splitAtQuotation(piece: Piece, [from, to]: readonly [string, string]): readonly Piece[] {
  if (piece.isReplacement || !piece.text.includes(from)) return [piece]
  return piece.text.split(from).flatMap((text, index) => {
    const rest = { text, isReplacement: false }
    return index === 0 ? [rest] : [{ text: to, isReplacement: true }, rest]
  })
}

/**
 * Pairs of a quotation in the text and its replacement. The longest come first, because a quotation can contain a
 * shorter one.
 */
function quotationsIn(text: string, real: readonly string[], words: readonly string[]): (readonly [string, string])[] {
  const pairs = new Map<string, string>()
  function add(from: string, to: string): void {
    if (from !== '' && text.includes(from) && !pairs.has(from)) pairs.set(from, to)
  }
  add(commandInMessage(real), commandInMessage(words))
  add(real.join(' '), words.join(' '))
  for (const [index, word] of real.entries()) {
    const redacted = words[index] ?? ''
    if (redacted === word) continue
    add(word, redacted)
    const quoted = inMessage(word)
    if (quoted !== word) add(quoted, inMessage(redacted))
  }
  return [...pairs].sort(([one], [other]) => other.length - one.length)
}

/** Characters. An event has no room for more, and no longer command is allowed. Redacting 64 KiB takes 40 ms. */
const maxLength = 8_192
const shortened = '[shortened]'

/** Ends at white space, because a secret that is divided may not look like a secret. */
function shorten(words: readonly string[]): readonly string[] {
  let left = maxLength
  for (const [index, word] of words.entries()) {
    if (word.length > left) return [...words.slice(0, index), beginOf(word, left)]
    left -= word.length
  }
  return words
}

function beginOf(word: string, length: number): string {
  const begin = word.slice(0, length)
  for (let end = length - 1; end > 0; end--) if (/\s/.test(begin.charAt(end))) return begin.slice(0, end)
  return ''
}
