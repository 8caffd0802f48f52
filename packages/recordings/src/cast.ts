import { isUtf8 } from 'node:buffer'
import { CastText } from './cast-text.ts'
import { unfinishedBytes } from './utf8.ts'

/** What a recording says of itself in its first line. */
export interface CastHeader {
  readonly cols: number
  readonly rows: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly command: string
  readonly title: string
}

/** Bytes that are written as one string at most, so that little room is kept for what they may come to. */
const longestString = 64 * 1024

/**
 * Writes an asciicast, each event with the time since the one before it: `o` output, `i` input, `m` markers, `x` the exit status.
 * `b` has the exact bytes, in base64, of the event before it, where they aren't UTF-8. Players pass over it, since they don't
 * know it, and show U+FFFD: so they can show everything, and no byte is lost.
 *
 * @see https://docs.asciinema.org/manual/asciicast/v3/
 */
export class CastWriter {
  readonly #text = new CastText()
  #last = 0
  /** By direction: the beginning of a character. */
  readonly #unfinished: { o: Buffer | null; i: Buffer | null } = { o: null, i: null }

  /** Bytes that were written since the last `drain`. */
  get size(): number {
    return this.#text.size
  }

  header({ cols, rows, startedAt, command, title }: CastHeader): void {
    const timestamp = Math.floor(startedAt / 1_000)
    this.#text.add(`${JSON.stringify({ version: 3, term: { cols, rows }, timestamp, command, title })}\n`)
  }

  /** @param at milliseconds since the beginning */
  data(code: 'o' | 'i', at: number, bytes: Buffer): void {
    const begun = this.#unfinished[code]
    const all = begun === null ? bytes : Buffer.concat([begun, bytes])
    const rest = unfinishedBytes(all)
    this.#unfinished[code] = rest === 0 ? null : Buffer.from(all.subarray(all.length - rest))
    const end = all.length - rest
    for (let from = 0; from < end; ) {
      const piece = all.subarray(from, Math.min(end, from + longestString))
      const length = from + piece.length === end ? piece.length : piece.length - unfinishedBytes(piece)
      this.#whole(code, at, piece.subarray(0, length))
      from += length
    }
  }

  /** What was begun and never finished. */
  end(at: number): void {
    for (const code of ['o', 'i'] as const) {
      const rest = this.#unfinished[code]
      this.#unfinished[code] = null
      if (rest !== null) this.#whole(code, at, rest)
    }
  }

  event(code: 'm' | 'x', at: number, text: string): void {
    this.#begin(code, at)
    this.#text.add(`${JSON.stringify(text)}]\n`)
  }

  /** Empties it. @param use is given what was written, and keeps no reference to it */
  drain<T>(use: (text: Buffer) => T): T {
    return this.#text.drain(use)
  }

  #whole(code: 'o' | 'i', at: number, bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#begin(code, at)
    if (isUtf8(bytes)) {
      this.#text.addString(bytes)
      this.#text.add(']\n')
    } else this.#text.add(`${JSON.stringify(bytes.toString('utf8'))}]\n[0,"b","${bytes.toString('base64')}"]\n`)
  }

  #begin(code: string, at: number): void {
    const interval = Math.max(0, at - this.#last)
    this.#last = Math.max(this.#last, at)
    this.#text.add(`[${interval / 1_000},"${code}",`)
  }
}
