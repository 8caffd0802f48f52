import { isUtf8 } from 'node:buffer'
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

/** `o` output, `i` input, `m` a marker, `x` the exit status; `b` the exact bytes, in base64, of the event before it, where they aren't UTF-8. */
export type CastCode = 'o' | 'i' | 'm' | 'x' | 'b'

/** @see https://docs.asciinema.org/manual/asciicast/v3/ */
export function headerLine({ cols, rows, startedAt, command, title }: CastHeader): string {
  return `${JSON.stringify({ version: 3, term: { cols, rows }, timestamp: Math.floor(startedAt / 1000), command, title })}\n`
}

/**
 * Writes the events of an asciicast, each with the time since the one before it.
 * Players pass over `b`, which they don't know: they show U+FFFD for what is no UTF-8, and no byte is lost.
 */
export class CastWriter {
  #last = 0
  /** By direction: the beginning of a character. */
  readonly #unfinished: { o: Buffer | null; i: Buffer | null } = { o: null, i: null }

  /** @param at milliseconds since the beginning */
  data(code: 'o' | 'i', at: number, bytes: Buffer): string {
    const begun = this.#unfinished[code]
    const all = begun === null ? bytes : Buffer.concat([begun, bytes])
    const rest = unfinishedBytes(all)
    this.#unfinished[code] = rest === 0 ? null : Buffer.from(all.subarray(all.length - rest))
    return this.#whole(code, at, rest === 0 ? all : all.subarray(0, all.length - rest))
  }

  /** What was begun and never finished. */
  end(at: number): string {
    const { o, i } = this.#unfinished
    this.#unfinished.o = null
    this.#unfinished.i = null
    return this.#whole('o', at, o) + this.#whole('i', at, i)
  }

  event(code: CastCode, at: number, text: string): string {
    const interval = Math.max(0, at - this.#last)
    this.#last = Math.max(this.#last, at)
    return `[${interval / 1000},"${code}",${JSON.stringify(text)}]\n`
  }

  #whole(code: 'o' | 'i', at: number, bytes: Buffer | null): string {
    if (bytes === null || bytes.length === 0) return ''
    const line = this.event(code, at, bytes.toString('utf8'))
    return isUtf8(bytes) ? line : line + this.event('b', at, bytes.toString('base64'))
  }
}
