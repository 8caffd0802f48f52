import { returnBuffer } from './buffer-pool.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** Per byte: 0 for no escape, 1 for \u00XX, otherwise the letter after the backslash. */
const escapes = new Uint8Array(256).fill(1, 0, 0x20)
for (const [character, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt'])
  escapes[character?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0
const hexadecimal = Buffer.from('0123456789abcdef')
const [quote = 0, backslash = 0, u = 0, zero = 0] = Buffer.from('"\\u0')
const maxEscapeBytes = 6

/**
 * A byte buffer for the text of an asciicast. Session bytes are never decoded into a JavaScript string. An empty buffer holds
 * no memory.
 */
export class CastText {
  readonly #bytes = new GrowingBytes()

  get size(): number {
    return this.#bytes.size
  }

  add(text: string): void {
    const to = this.#bytes.reserve(Buffer.byteLength(text))
    this.#bytes.extend(this.size + to.write(text, this.size))
  }

  /** Adds UTF-8 text as a JSON string. */
  addString(utf8: Buffer): void {
    const to = this.#bytes.reserve(utf8.length * maxEscapeBytes + 2)
    let at = this.size
    to[at++] = quote
    at += writeEscaped(to, at, utf8)
    to[at++] = quote
    this.#bytes.extend(at)
  }

  /** Passes the text to `use`, which must not keep it, and empties the buffer. */
  drain<T>(use: (text: Buffer) => T): T {
    const text = this.#bytes.take()
    try {
      return use(text)
    } finally {
      returnBuffer(text)
    }
  }
}

/**
 * Escapes UTF-8 text. Most text has nothing to escape, so it checks and copies eight bytes at a time.
 *
 * @param to must have room for the longest escape of each byte; bytes after the text may be overwritten
 * @returns the number of bytes written
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
    const marks = escapeBits(one)
    const clean = marks === 0 ? 4 + countUnescaped(escapeBits(other)) : countUnescaped(marks)
    at += clean
    from += clean
    if (clean < 8) at = writeByte(to, at, bytes[from++] ?? 0)
  }
  while (from < bytes.length) at = writeByte(to, at, bytes[from++] ?? 0)
  return at - start
}

/** `countUnescaped` counts from the lowest byte, so that byte must be the first one. */
const littleEndian = true

/**
 * Sets the highest bit of the first byte that needs an escape: one below a space, a quote, or a backslash. Later bytes
 * may also be set. Returns 0 if no byte needs an escape. Flipping one bit moves the quote next to the control
 * characters, so that one comparison finds both.
 *
 * @see https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
 */
function escapeBits(four: number): number {
  const quoteNextToControls = four ^ 0x02020202
  const backslashes = four ^ 0x5c5c5c5c
  const low = (quoteNextToControls - 0x21212121) & ~quoteNextToControls
  return (low | ((backslashes - 0x01010101) & ~backslashes)) & 0x80808080
}

/** The number of bytes before the first marked one: 0 to 4. */
function countUnescaped(marks: number): number {
  return marks === 0 ? 4 : (31 - Math.clz32(marks & -marks)) >> 3
}

/** @returns the position after the written bytes */
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
  return at + maxEscapeBytes
}
