export interface LogLine {
  /** The first line of the log has the number 1. Lines that were dropped count, too. */
  readonly number: number
  readonly text: string
}

/** The largest number of lines that a log returns. Up to twice as many are in memory. */
export const maxLines = 10_000

/** In characters. Longer lines are cut into several, so that the memory for the lines is limited, too. */
const longestLine = 4_000

/** Terminal codes for colors and weights, which are removed. Other control characters stay, and are shown as escapes. */
const colors = /\u001b\[[0-9;:]*m/g

/** The last lines of a log, which arrives in pieces of any size. */
export class LogLines {
  #lines: LogLine[] = []
  #snapshot: readonly LogLine[] | null = null
  #unfinished = ''
  #count = 0
  #repeats: ReadonlySet<string> | null = null

  /** The kept lines, oldest first. After a change, this is a new array. */
  get lines(): readonly LogLine[] {
    this.#snapshot ??= this.#lines.slice(-maxLines)
    return this.#snapshot
  }

  /** How many older lines are no longer kept. */
  get droppedCount(): number {
    return this.#count - this.lines.length
  }

  /** Whether the next text begins a line. */
  get isAtLineStart(): boolean {
    return this.#unfinished === ''
  }

  append(text: string): void {
    const pieces = (this.#unfinished + text).split('\n')
    this.#unfinished = pieces.pop() ?? ''
    for (const piece of pieces) this.#addLine(piece)
    while (this.#unfinished.length >= longestLine) {
      this.#add(this.#unfinished.slice(0, longestLine))
      this.#unfinished = this.#unfinished.slice(longestLine)
    }
  }

  /** The stream ended: a last line without a line break is complete. */
  finish(): void {
    if (this.#unfinished !== '') this.#addLine(this.#unfinished)
    this.#unfinished = ''
  }

  /** The stream begins again, with some lines that are already kept. They are skipped until the first new line. */
  resume(): void {
    this.#repeats = new Set(this.#lines.map(({ text }) => text))
  }

  #addLine(line: string): void {
    const text = line.replace(colors, '').replace(/\r$/, '').replaceAll('\t', '    ')
    for (let at = 0; at === 0 || at < text.length; at += longestLine) this.#add(text.slice(at, at + longestLine))
  }

  #add(text: string): void {
    if (this.#repeats?.has(text)) return
    this.#repeats = null
    this.#count += 1
    this.#lines.push({ number: this.#count, text })
    // Dropping lines one by one would move all other lines each time.
    if (this.#lines.length >= 2 * maxLines) this.#lines = this.#lines.slice(-maxLines)
    this.#snapshot = null
  }
}
