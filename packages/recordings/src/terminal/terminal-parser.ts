export type TerminalToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'control'; readonly character: string }
  | { readonly kind: 'escape'; readonly intermediates: string; readonly final: string }
  | {
      readonly kind: 'csi'
      /** `?`, `>`, `<`, `=`, or empty. */
      readonly prefix: string
      /** Digits, `;`, and `:`. */
      readonly parameters: string
      readonly intermediates: string
      readonly final: string
    }
  /** A title, a link, the clipboard, or device control. The text is not needed. */
  | { readonly kind: 'string' }

type State = 'ground' | 'escape' | 'csi' | 'string' | 'string-escape'

const maxSequenceLength = 128
/** Without this limit, an unterminated string would hide all later output. */
const maxStringLength = 4_096
/** `ESC k` sets the title in screen and tmux. */
const stringIntroducers = /^[PX\]^_k]$/
const csiSequence = /^([<-?]?)([\d:;]*)([ -/]*)([@-~])$/
const escapeSequence = /^([ -/]*)([0-~])$/

/** C1 controls, with the letter of the equivalent ESC sequence. */
const c1Letters: ReadonlyMap<string, string> = new Map(
  ['P', 'X', '[', '\\', ']', '^', '_', 'D', 'E', 'H', 'M', 'Z'].map((letter) => [
    String.fromCharCode(letter.charCodeAt(0) + 0x40),
    letter,
  ]),
)

/**
 * Splits terminal output into tokens, as ECMA-48 and xterm do. A sequence may span several calls of `parse`.
 *
 * @see https://vt100.net/emu/dec_ansi_parser
 */
export class TerminalParser {
  #state: State = 'ground'
  #sequence = ''
  #length = 0

  clone(): TerminalParser {
    const clone = new TerminalParser()
    clone.#state = this.#state
    clone.#sequence = this.#sequence
    clone.#length = this.#length
    return clone
  }

  *parse(text: string): Generator<TerminalToken> {
    for (let at = 0; at < text.length; ) {
      const end = this.#state === 'ground' ? nextControl(text, at) : at
      if (end > at) {
        yield { kind: 'text', text: text.slice(at, end) }
        at = end
        continue
      }
      const sequence = this.#state === 'ground' ? wholeSequence(text, at) : null
      if (sequence !== null) {
        yield sequence.token
        at += sequence.length
        continue
      }
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0)
      at += character.length
      const token = this.#consume(character)
      if (token !== null) yield token
    }
  }

  #consume(character: string): TerminalToken | null {
    if (this.#state === 'string' || this.#state === 'string-escape') return this.#consumeInString(character)
    if (character === '\u001b') return this.#begin('escape')
    if (character === '\u0018' || character === '\u001a') return this.#begin('ground')
    if (character >= '\u0080' && character <= '\u009f') return this.#consumeAfterEscape(c1Letters.get(character) ?? '')
    if (character < ' ' || character === '\u007f') return { kind: 'control', character }
    if (this.#state === 'escape' && this.#sequence === '') return this.#consumeAfterEscape(character)
    return this.#consumeInSequence(character)
  }

  #consumeAfterEscape(letter: string): TerminalToken | null {
    if (letter === '[') return this.#begin('csi')
    if (stringIntroducers.test(letter)) return this.#begin('string')
    this.#begin('escape')
    return letter === '' ? this.#begin('ground') : this.#consumeInSequence(letter)
  }

  #consumeInSequence(character: string): TerminalToken | null {
    this.#sequence += character
    if (this.#state === 'escape') {
      const [, intermediates, final] = escapeSequence.exec(this.#sequence) ?? []
      if (final !== undefined && intermediates !== undefined)
        return this.#finish({ kind: 'escape', intermediates, final })
    } else {
      const [, prefix, parameters, intermediates, final] = csiSequence.exec(this.#sequence) ?? []
      if (final !== undefined && prefix !== undefined && parameters !== undefined && intermediates !== undefined)
        return this.#finish({ kind: 'csi', prefix, parameters, intermediates, final })
    }
    const isIncomplete = character >= ' ' && character < '@' && this.#sequence.length < maxSequenceLength
    return isIncomplete ? null : this.#begin('ground')
  }

  #consumeInString(character: string): TerminalToken | null {
    if (this.#state === 'string-escape') {
      // Any character after ESC ends the string. All but `\` also begin a new sequence.
      this.#begin('escape')
      return character === '\\' ? this.#finish({ kind: 'string' }) : this.#consume(character)
    }
    if (character === '\u001b') this.#state = 'string-escape'
    else if (character === '\u0007' || character === '\u009c' || ++this.#length > maxStringLength)
      return this.#finish({ kind: 'string' })
    else if (character === '\u0018' || character === '\u001a') this.#begin('ground')
    return null
  }

  #begin(state: State): null {
    this.#state = state
    this.#sequence = ''
    this.#length = 0
    return null
  }

  #finish(token: TerminalToken): TerminalToken {
    this.#begin('ground')
    return token
  }
}

const wholeCsi = /\u001b\[([<-?]?)([\d:;]*)([ -/]*)([@-~])/y

/** Reads a complete control sequence in one step, because most are complete. @returns null if none begins at `from` */
function wholeSequence(text: string, from: number) {
  wholeCsi.lastIndex = from
  const [whole, prefix, parameters, intermediates, final] = wholeCsi.exec(text) ?? []
  if (whole === undefined || whole.length - 2 > maxSequenceLength) return null
  if (prefix === undefined || parameters === undefined || intermediates === undefined || final === undefined)
    return null
  return { token: { kind: 'csi', prefix, parameters, intermediates, final } as const, length: whole.length }
}

const control = /[\u0000-\u001f\u007f-\u009f]/g

function nextControl(text: string, from: number): number {
  control.lastIndex = from
  return control.exec(text)?.index ?? text.length
}
