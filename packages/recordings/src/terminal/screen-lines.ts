import { TerminalParser, type TerminalToken } from './terminal-parser.ts'

export interface ScreenLine {
  /** The time of the first character, as passed to `write`. For an empty line, the time of its line feed. */
  readonly at: number
  readonly text: string
}

/** Characters. Longer lines are split. */
const maxLineLength = 4_096
const tabWidth = 8

/**
 * Turns terminal output into plain lines. Applies the corrections of line editors, and removes colors. For programs
 * that draw on the whole screen, each cursor movement to another row begins a line.
 */
export class ScreenLines {
  readonly #parser = new TerminalParser()
  #characters: string[] = []
  #column = 0
  #at: number | null = null

  /** @returns the lines that this text completes */
  write(text: string, at: number): ScreenLine[] {
    const lines: ScreenLine[] = []
    for (const token of this.#parser.parse(text)) this.#apply(token, at, lines)
    return lines
  }

  /** @returns the last line, if it has no line feed yet; otherwise an empty list */
  end(): ScreenLine[] {
    const lines: ScreenLine[] = []
    this.#finish(lines)
    return lines
  }

  #apply(token: TerminalToken, at: number, lines: ScreenLine[]): void {
    if (token.kind === 'text') for (const character of token.text) this.#put(character, at, lines)
    else if (token.kind === 'control') this.#control(token.character, at, lines)
    else if (token.kind === 'csi' && token.prefix === '' && token.intermediates === '') this.#csi(token, lines)
    else if (token.kind === 'csi' && token.final === 'h' && token.parameters.includes('1049')) this.#finish(lines)
  }

  #put(character: string, at: number, lines: ScreenLine[]): void {
    if (this.#column >= maxLineLength) this.#finish(lines)
    this.#at ??= at
    while (this.#characters.length < this.#column) this.#characters.push(' ')
    this.#characters[this.#column++] = character
  }

  #control(character: string, at: number, lines: ScreenLine[]): void {
    if (character === '\n') {
      this.#at ??= at
      this.#finish(lines, 'even if empty')
    } else if (character === '\r') this.#column = 0
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1)
    else if (character === '\t') this.#move(tabWidth - (this.#column % tabWidth))
  }

  #csi({ parameters, final }: TerminalToken & { kind: 'csi' }, lines: ScreenLine[]): void {
    const parameter = Number.parseInt(parameters, 10) || 0
    const count = Math.max(1, parameter)
    if (final === 'C') this.#move(count)
    else if (final === 'D') this.#move(-count)
    else if (final === 'G') this.#move(count - 1 - this.#column)
    else if (final === 'K') this.#erase(parameter)
    else if (final === 'P') this.#characters.splice(this.#column, count)
    else if (final === '@')
      this.#characters.splice(this.#column, 0, ...Array.from({ length: Math.min(count, maxLineLength) }, () => ' '))
    else if (final === 'J' && parameter === 0) this.#erase(0)
    else if ('HfABdEFJ'.includes(final)) this.#finish(lines)
  }

  #move(by: number): void {
    this.#column = Math.min(maxLineLength, Math.max(0, this.#column + by))
  }

  /** @param parameter of the sequence EL: 0 to the end of the line, 1 from its beginning, 2 the whole line */
  #erase(parameter: number): void {
    if (parameter === 0) this.#characters.length = Math.min(this.#characters.length, this.#column)
    else if (parameter === 1) this.#characters.fill(' ', 0, this.#column + 1)
    else if (parameter === 2) this.#characters = []
  }

  #finish(lines: ScreenLine[], when: 'if not empty' | 'even if empty' = 'if not empty'): void {
    const text = this.#characters.join('').trimEnd()
    if (this.#at !== null && (text !== '' || when === 'even if empty')) lines.push({ at: this.#at, text })
    this.#characters = []
    this.#column = 0
    this.#at = null
  }
}
