import { shown, shownCommand } from '@rack-gateway/command-matcher'
import { type CommandRedaction, redactCommand } from '@rack-gateway/convox-api'

/** A command as events and recordings tell it. The decision is made from the real one. */
export interface ToldCommand {
  readonly words: readonly string[]
  /** Whether anything of it was replaced. */
  readonly hidden: boolean
  /** A sentence that may quote the real one. */
  sentence(text: string): string
}

export function tellCommand(real: readonly string[], view: CommandRedaction): ToldCommand {
  const words = redactCommand(real, view)
  if (words === real) return { words, hidden: false, sentence: (text) => text }
  const pairs = quotations(real, words)
  return {
    words,
    hidden: true,
    sentence: (text) => retell(text, pairs, (rest) => redactCommand([rest], view).join()),
  }
}

/** Replaces what is quoted, and hides what else is secret in the rest. What was replaced is not looked at again. */
function retell(text: string, pairs: readonly (readonly [string, string])[], hide: (rest: string) => string): string {
  const whole: readonly Piece[] = [{ text, isTold: false }]
  const pieces = pairs.reduce((told, pair) => told.flatMap((piece) => retold(piece, pair)), whole)
  return pieces.map((piece) => (piece.isTold ? piece.text : hide(piece.text))).join('')
}

interface Piece {
  readonly text: string
  readonly isTold: boolean
}

function retold(piece: Piece, [from, to]: readonly [string, string]): readonly Piece[] {
  if (piece.isTold || !piece.text.includes(from)) return [piece]
  return piece.text.split(from).flatMap((text, place) => {
    const rest = { text, isTold: false }
    return place === 0 ? [rest] : [{ text: to, isTold: true }, rest]
  })
}

/** How sentences quote a command and its words, the longest first; what is as short as a letter stands everywhere. */
function quotations(real: readonly string[], words: readonly string[]): (readonly [string, string])[] {
  const changed = real.flatMap((word, place) => {
    const told = words[place] ?? ''
    return told === word
      ? []
      : ([
          [word, told],
          [shown(word), shown(told)],
        ] as const)
  })
  return [[shownCommand(real), shownCommand(words)] as const, [real.join(' '), words.join(' ')] as const, ...changed]
    .filter(([from]) => from !== '')
    .sort(([one], [other]) => other.length - one.length)
}
