import { GrowingBytes } from './growing-bytes.ts'
import { giveBuffer } from './large-buffers.ts'

/** By byte: 0 as it is, 1 by its number, else what follows the backslash. */
const escapes = new Uint8Array(256).fill(1, 0, 0x20)
for (const [character, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt'])
  escapes[character?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0
const hexadecimal = Buffer.from('0123456789abcdef')
const unicode = Buffer.from('\\u00')
const [quote = 0, backslash = 0] = Buffer.from('"\\')
const longestEscape = 6

/** Text that grows at its end, in bytes: what passes is never made a string. Holds no memory while it is empty. */
export class CastText {
  readonly #bytes = new GrowingBytes()

  get size(): number {
    return this.#bytes.size
  }

  add(text: string): void {
    const to = this.#bytes.reserve(Buffer.byteLength(text))
    this.#bytes.extend(this.size + to.write(text, this.size))
  }

  /** UTF-8 as a string of JSON. */
  addString(utf8: Buffer): void {
    const to = this.#bytes.reserve(utf8.length * longestEscape + 2)
    let at = this.size
    to[at++] = quote
    at += writeEscaped(to, at, utf8)
    to[at++] = quote
    this.#bytes.extend(at)
  }

  /** Empties it. @param use is given what was added, and keeps no reference to it */
  drain<T>(use: (text: Buffer) => T): T {
    const text = this.#bytes.take()
    try {
      return use(text)
    } finally {
      giveBuffer(text)
    }
  }
}

/**
 * Most text has nothing to escape, so eight bytes are looked at together, and copied together.
 *
 * @returns how many bytes it took
 */
function writeEscaped(to: Buffer, start: number, bytes: Buffer): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const target = new DataView(to.buffer, to.byteOffset, to.length)
  const whole = bytes.length - 7
  let at = start
  let from = 0
  while (from < whole) {
    const one = source.getInt32(from)
    const other = source.getInt32(from + 4)
    if ((toEscape(one) | toEscape(other)) === 0) {
      target.setInt32(at, one)
      target.setInt32(at + 4, other)
      at += 8
      from += 8
    } else for (const end = from + 8; from < end; from++) at = writeByte(to, at, bytes[from] ?? 0)
  }
  for (; from < bytes.length; from++) at = writeByte(to, at, bytes[from] ?? 0)
  return at - start
}

/**
 * Not 0 if one of four bytes is below a space, a quote or a backslash.
 * @see https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
 */
function toEscape(four: number): number {
  const quotes = four ^ 0x22222222
  const backslashes = four ^ 0x5c5c5c5c
  const low = (four - 0x20202020) & ~four
  return (low | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes)) & 0x80808080
}

/** @returns where the next one goes */
function writeByte(to: Buffer, at: number, byte: number): number {
  const letter = escapes[byte] ?? 0
  if (letter === 0) {
    to[at] = byte
    return at + 1
  }
  to[at] = backslash
  if (letter > 1) {
    to[at + 1] = letter
    return at + 2
  }
  unicode.copy(to, at)
  to[at + 4] = hexadecimal[byte >> 4] ?? 0
  to[at + 5] = hexadecimal[byte & 15] ?? 0
  return at + longestEscape
}
