export interface LogLine {
  /** From 1. Dropped lines count, too. */
  readonly number: number
  readonly text: string
}

/** The largest number of lines that `LogLines` returns. Up to twice as many are in memory. */
export const maxLines = 10_000

/** In characters. Longer lines are split, so that the number of lines also limits the memory. */
const maxLineLength = 4_000

/** Color codes are removed. Other control characters are shown as escapes. */
const colorCodes = /\u001b\[[0-9;:]*m/g

export class LogLines {
  #lines: LogLine[] = []
  #snapshot: readonly LogLine[] | null = null
  #unfinished = ''
  #count = 0
  #repeats: ReadonlySet<string> | null = null

  /** Oldest first. Each change creates a new array. */
  get lines(): readonly LogLine[] {
    this.#snapshot ??= this.#lines.slice(-maxLines)
    return this.#snapshot
  }

  /** How many older lines are no longer in `lines`. */
  get droppedCount(): number {
    return this.#count - this.lines.length
  }

  get isAtLineStart(): boolean {
    return this.#unfinished === ''
  }

  append(text: string): void {
    const pieces = (this.#unfinished + text).split('\n')
    this.#unfinished = pieces.pop() ?? ''
    for (const piece of pieces) this.#addLine(piece)
    while (this.#unfinished.length >= maxLineLength) {
      this.#add(this.#unfinished.slice(0, maxLineLength))
      this.#unfinished = this.#unfinished.slice(maxLineLength)
    }
  }

  /** Call this at the end of the stream, to add a last line without a line break. */
  finish(): void {
    if (this.#unfinished !== '') this.#addLine(this.#unfinished)
    this.#unfinished = ''
  }

  /** Call this before a stream that repeats earlier lines. Repeated lines are skipped until the first new line. */
  resume(): void {
    this.#repeats = new Set(this.#lines.map(({ text }) => text))
  }

  #addLine(line: string): void {
    const text = line.replace(colorCodes, '').replace(/\r$/, '').replaceAll('\t', '    ')
    for (let at = 0; at === 0 || at < text.length; at += maxLineLength) this.#add(text.slice(at, at + maxLineLength))
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
