import { isUtf8 } from 'node:buffer'
import { type CastHeader, formatEvent, formatHeader } from './asciicast.ts'
import { CastText } from './cast-text.ts'

/** Maximum bytes of the string of an event. Limits the memory that escaping needs. */
const maxStringBytes = 64 * 1024

/**
 * Writes an asciicast. Event codes: `o` output, `i` input, `m` marker, `x` exit status. An event `b` follows an event
 * whose bytes are not UTF-8, and has these bytes in base64. Players ignore `b`, and show U+FFFD.
 *
 * @see https://docs.asciinema.org/manual/asciicast/v3/
 */
export class CastWriter {
  readonly #text = new CastText()
  #last = 0
  /** The first bytes of a character whose other bytes have not arrived. */
  readonly #incomplete: { o: Buffer | null; i: Buffer | null } = { o: null, i: null }

  /** Bytes since the last `drain`. */
  get size(): number {
    return this.#text.size
  }

  header(header: CastHeader): void {
    this.#text.add(formatHeader(header))
  }

  /** @param at milliseconds since the recording began */
  data(code: 'o' | 'i', at: number, bytes: Buffer): void {
    const pending = this.#incomplete[code]
    const all = pending === null ? bytes : Buffer.concat([pending, bytes])
    const rest = incompleteBytes(all)
    this.#incomplete[code] = rest === 0 ? null : Buffer.from(all.subarray(all.length - rest))
    const end = all.length - rest
    for (let from = 0; from < end; ) {
      const piece = all.subarray(from, Math.min(end, from + maxStringBytes))
      const length = from + piece.length === end ? piece.length : piece.length - incompleteBytes(piece)
      this.#writeEvent(code, at, piece.subarray(0, length))
      from += length
    }
  }

  /** Writes the incomplete characters that `data` held back. */
  end(at: number): void {
    for (const code of ['o', 'i'] as const) {
      const rest = this.#incomplete[code]
      this.#incomplete[code] = null
      if (rest !== null) this.#writeEvent(code, at, rest)
    }
  }

  event(code: 'm' | 'x', at: number, text: string): void {
    this.#text.add(formatEvent(code, text, this.#secondsSinceLast(at)))
  }

  /** Empties the writer. `use` must not keep the text, because its memory is reused. */
  drain<T>(use: (text: Buffer) => T): T {
    return this.#text.drain(use)
  }

  #writeEvent(code: 'o' | 'i', at: number, bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#text.add(`[${this.#secondsSinceLast(at)},"${code}",`)
    if (isUtf8(bytes)) {
      this.#text.addString(bytes)
      this.#text.add(']\n')
    } else this.#text.add(`${JSON.stringify(bytes.toString('utf8'))}]\n[0,"b","${bytes.toString('base64')}"]\n`)
  }

  #secondsSinceLast(at: number): number {
    const interval = Math.max(0, at - this.#last)
    this.#last = Math.max(this.#last, at)
    return interval / 1_000
  }
}

/**
 * @returns how many bytes at the end belong to a UTF-8 character that is not complete: 0 to 3
 * @see RFC 3629, section 3
 */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needed =
      byte >= 0xf0 && byte <= 0xf4 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1
    return needed > back ? back : 0
  }
  return 0
}
