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
 * The text of an asciicast. Adds UTF-8 without decoding it into a JavaScript string. An empty text holds no memory.
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

  /** Empties the buffer. `use` must not keep the text, because its memory is reused. */
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
 * Checks and copies eight bytes at a time, because most text has nothing to escape.
 *
 * @param to must have room for the longest escape of each byte; bytes after the text may be overwritten
 * @returns the number of bytes written
 */
function writeEscaped(to: Buffer, start: number, bytes: Buffer): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const target = new DataView(to.buffer, to.byteOffset, to.length)
  const blocksEnd = bytes.length - 7
  let at = start
  let from = 0
  while (from < blocksEnd) {
    const first = source.getInt32(from, littleEndian)
    const second = source.getInt32(from + 4, littleEndian)
    target.setInt32(at, first, littleEndian)
    target.setInt32(at + 4, second, littleEndian)
    const marks = escapeBits(first)
    const unescaped = marks === 0 ? 4 + countUnescaped(escapeBits(second)) : countUnescaped(marks)
    at += unescaped
    from += unescaped
    if (unescaped < 8) at = writeByte(to, at, bytes[from++] ?? 0)
  }
  while (from < bytes.length) at = writeByte(to, at, bytes[from++] ?? 0)
  return at - start
}

/** `countUnescaped` counts from the lowest byte, so the lowest byte must be the first byte. */
const littleEndian = true

/**
 * Finds control characters, quotes, and backslashes. XOR with 0x02 maps the quote (0x22) to 0x20, and each control
 * character (0x00 to 0x1f) to a control character. So all of them, and no other byte, become less than 0x21.
 *
 * @returns 0 if no byte needs an escape; otherwise, the lowest set bit is in the first byte that needs one, and
 *   higher bits may be wrong
 * @see https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord
 */
function escapeBits(fourBytes: number): number {
  const quoteNextToControls = fourBytes ^ 0x02020202
  const backslashes = fourBytes ^ 0x5c5c5c5c
  const low = (quoteNextToControls - 0x21212121) & ~quoteNextToControls
  return (low | ((backslashes - 0x01010101) & ~backslashes)) & 0x80808080
}

/** The number of bytes before the first marked byte: 0 to 4. */
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
