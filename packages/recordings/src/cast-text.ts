import { GrowingBytes } from './growing-bytes.ts'
import { giveBuffer } from './large-buffers.ts'

/** By byte: 0 as it is, 1 by its number, else what follows the backslash. */
const escapes = new Uint8Array(256).fill(1, 0, 0x20)
for (const [character, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt'])
  escapes[character?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0
const hexadecimal = Buffer.from('0123456789abcdef')
const [quote = 0, backslash = 0, u = 0, zero = 0] = Buffer.from('"\\u0')
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
 * Most text has nothing to escape, so eight bytes are looked at together, and copied together: up to the first one to escape.
 *
 * @param to has room for the longest escape of each; what lies behind the text may be written over
 * @returns how many bytes it took
 */
function writeEscaped(to: Buffer, start: number, bytes: Buffer): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const target = new DataView(to.buffer, to.byteOffset, to.length)
  const whole = bytes.length - 7
  let at = start
  let from = 0
  while (from < whole) {
    const one = source.getInt32(from, littleEndian)
    const other = source.getInt32(from + 4, littleEndian)
    target.setInt32(at, one, littleEndian)
    target.setInt32(at + 4, other, littleEndian)
    const marks = toEscape(one)
    const clean = marks === 0 ? 4 + cleanBytes(toEscape(other)) : cleanBytes(marks)
    at += clean
    from += clean
    if (clean < 8) at = writeByte(to, at, bytes[from++] ?? 0)
  }
  while (from < bytes.length) at = writeByte(to, at, bytes[from++] ?? 0)
  return at - start
}

/** The first byte is the lowest of the four. */
const littleEndian = true

/**
 * Of four bytes, the highest bit of the first that is below a space, a quote or a backslash, and maybe of some behind it; 0 where there is none.
 * Turning one bit over makes the quote the one character next to those below a space, and leaves these below it.
 *
 * @see https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
 */
function toEscape(four: number): number {
  const quoteNextToControls = four ^ 0x02020202
  const backslashes = four ^ 0x5c5c5c5c
  const low = (quoteNextToControls - 0x21212121) & ~quoteNextToControls
  return (low | ((backslashes - 0x01010101) & ~backslashes)) & 0x80808080
}

/** How many of four bytes stand before the first that is marked: 0 to 4. */
function cleanBytes(marks: number): number {
  return marks === 0 ? 4 : (31 - Math.clz32(marks & -marks)) >> 3
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
  to[at + 1] = u
  to[at + 2] = zero
  to[at + 3] = zero
  to[at + 4] = hexadecimal[byte >> 4] ?? 0
  to[at + 5] = hexadecimal[byte & 15] ?? 0
  return at + longestEscape
}
