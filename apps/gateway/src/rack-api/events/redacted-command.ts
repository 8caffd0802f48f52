import { commandInMessage, inMessage } from '@rack-gateway/command-matcher'
import { type CommandRedaction, redactCommand } from '@rack-gateway/convox-api'

/** The redacted form of a command for events and recordings. The decision uses the real command. */
export interface RedactedCommand {
  readonly words: readonly string[]
  readonly hidden: boolean
  /** Redacts a sentence that can quote the real command. */
  redactSentence(text: string): string
}

export function createRedactedCommand(real: readonly string[], view: CommandRedaction): RedactedCommand {
  const words = redactCommand(real, view)
  if (words === real) return { words, hidden: false, redactSentence: (text) => text }
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
