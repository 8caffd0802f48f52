import { TerminalParser, type TerminalToken } from './terminal-parser.ts'

export interface ScreenLine {
  /** When its first character was written, as `write` was given it. */
  readonly at: number
  readonly text: string
}

/** A longer line is shown in pieces. */
const longestLine = 4_096
const tabulator = 8

/**
 * Lines as a person would have read them: what a line editor went back over is as it was left in the end, colours are gone.
 * Of a program that draws over the whole screen each move to another place begins a line.
 */
export class ScreenLines {
  readonly #parser = new TerminalParser()
  #characters: string[] = []
  #column = 0
  #at: number | null = null

  /** @returns the lines that have ended */
  write(text: string, at: number): ScreenLine[] {
    const lines: ScreenLine[] = []
    for (const token of this.#parser.parse(text)) this.#take(token, at, lines)
    return lines
  }

  /** The line that was begun. */
  end(): ScreenLine[] {
    const lines: ScreenLine[] = []
    this.#finish(lines)
    return lines
  }

  #take(token: TerminalToken, at: number, lines: ScreenLine[]): void {
    if (token.kind === 'text') for (const character of token.text) this.#put(character, at, lines)
    else if (token.kind === 'control') this.#control(token.character, at, lines)
    else if (token.kind === 'csi' && token.prefix === '' && token.intermediates === '') this.#csi(token, lines)
    else if (token.kind === 'csi' && token.final === 'h' && token.parameters.includes('1049')) this.#finish(lines)
  }

  #put(character: string, at: number, lines: ScreenLine[]): void {
    if (this.#column >= longestLine) this.#finish(lines)
    this.#at ??= at
    while (this.#characters.length < this.#column) this.#characters.push(' ')
    this.#characters[this.#column++] = character
  }

  #control(character: string, at: number, lines: ScreenLine[]): void {
    if (character === '\n') {
      this.#at ??= at
      this.#finish(lines, 'empty too')
    } else if (character === '\r') this.#column = 0
    else if (character === '\b') this.#column = Math.max(0, this.#column - 1)
    else if (character === '\t') this.#move(tabulator - (this.#column % tabulator))
  }

  #csi({ parameters, final }: TerminalToken & { kind: 'csi' }, lines: ScreenLine[]): void {
    const given = Number.parseInt(parameters, 10) || 0
    const count = Math.max(1, given)
    if (final === 'C') this.#move(count)
    else if (final === 'D') this.#move(-count)
    else if (final === 'G') this.#move(count - 1 - this.#column)
    else if (final === 'K') this.#erase(given)
    else if (final === 'P') this.#characters.splice(this.#column, count)
    else if (final === '@')
      this.#characters.splice(this.#column, 0, ...Array.from({ length: Math.min(count, longestLine) }, () => ' '))
    else if (final === 'J' && given === 0) this.#erase(0)
    else if ('HfABdEFJ'.includes(final)) this.#finish(lines)
  }

  #move(by: number): void {
    this.#column = Math.min(longestLine, Math.max(0, this.#column + by))
  }

  #erase(what: number): void {
    if (what === 0) this.#characters.length = Math.min(this.#characters.length, this.#column)
    else if (what === 1) this.#characters.fill(' ', 0, this.#column + 1)
    else if (what === 2) this.#characters = []
  }

  #finish(lines: ScreenLine[], which: 'written' | 'empty too' = 'written'): void {
    const text = this.#characters.join('').trimEnd()
    if (this.#at !== null && (text !== '' || which === 'empty too')) lines.push({ at: this.#at, text })
    this.#characters = []
    this.#column = 0
    this.#at = null
  }
}
