/** What a terminal is told, piece by piece. */
export type TerminalToken =
  | { readonly kind: 'text'; readonly text: string }
  /** One control character that stands for itself. */
  | { readonly kind: 'control'; readonly character: string }
  | { readonly kind: 'escape'; readonly intermediates: string; readonly final: string }
  | {
      readonly kind: 'csi'
      /** `?`, `>`, `<`, `=` or nothing. */
      readonly prefix: string
      /** Digits, `;` and `:`. */
      readonly parameters: string
      readonly intermediates: string
      readonly final: string
    }
  /** Titles, links, the clipboard, device control: a text for the terminal itself, which nothing here has a use for. */
  | { readonly kind: 'string' }

type State = 'ground' | 'escape' | 'csi' | 'string' | 'string-escape'

const longestSequence = 128
/** A string without its end would hide all that follows. */
const longestString = 4_096
/** `ESC k` is a title, too, for screen and tmux. */
const beginsString = /^[PX\]^_k]$/
const csiSequence = /^([<-?]?)([\d:;]*)([ -/]*)([@-~])$/
const escapeSequence = /^([ -/]*)([0-~])$/

/** C1 controls, which some terminals obey like the two characters that they are short for. */
const shortFor: ReadonlyMap<string, string> = new Map(
  ['P', 'X', '[', '\\', ']', '^', '_', 'D', 'E', 'H', 'M', 'Z'].map((letter) => [
    String.fromCharCode(letter.charCodeAt(0) + 0x40),
    letter,
  ]),
)

/**
 * Splits what is written to a terminal as ECMA-48 and xterm do, across any borders between its pieces.
 *
 * @see https://vt100.net/emu/dec_ansi_parser
 */
export class TerminalParser {
  #state: State = 'ground'
  #sequence = ''
  #length = 0;

  *parse(text: string): Generator<TerminalToken> {
    let plain = ''
    for (const character of text) {
      if (this.#state === 'ground' && !isControl(character)) {
        plain += character
        continue
      }
      if (plain !== '') yield { kind: 'text', text: plain }
      plain = ''
      const token = this.#take(character)
      if (token !== null) yield token
    }
    if (plain !== '') yield { kind: 'text', text: plain }
  }

  #take(character: string): TerminalToken | null {
    if (this.#state === 'string' || this.#state === 'string-escape') return this.#takeOfString(character)
    if (character === '\u001b') return this.#begin('escape')
    if (character === '\u0018' || character === '\u001a') return this.#begin('ground')
    if (character >= '\u0080' && character <= '\u009f') return this.#takeLetter(shortFor.get(character) ?? '')
    if (character < ' ' || character === '\u007f') return { kind: 'control', character }
    if (this.#state === 'escape' && this.#sequence === '') return this.#takeLetter(character)
    return this.#takeOfSequence(character)
  }

  /** What stands right after ESC. */
  #takeLetter(letter: string): TerminalToken | null {
    if (letter === '[') return this.#begin('csi')
    if (beginsString.test(letter)) return this.#begin('string')
    this.#begin('escape')
    return letter === '' ? this.#begin('ground') : this.#takeOfSequence(letter)
  }

  #takeOfSequence(character: string): TerminalToken | null {
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
    const goesOn = character >= ' ' && character < '@' && this.#sequence.length < longestSequence
    return goesOn ? null : this.#begin('ground')
  }

  #takeOfString(character: string): TerminalToken | null {
    if (this.#state === 'string-escape') {
      // Any other letter ends the string as well, and begins a sequence of its own.
      this.#begin('escape')
      return character === '\\' ? this.#finish({ kind: 'string' }) : this.#take(character)
    }
    if (character === '\u001b') this.#state = 'string-escape'
    else if (character === '\u0007' || character === '\u009c' || ++this.#length > longestString)
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

function isControl(character: string): boolean {
  return character < ' ' || (character >= '\u007f' && character <= '\u009f')
}
