import { giveBuffer, takeBuffer } from './large-buffers.ts'

const smallest = 256
/** By byte: 0 as it is, 1 by its number, else what follows the backslash. */
const escapes = new Uint8Array(256).fill(1, 0, 0x20)
for (const [character, letter] of ['""', '\\\\', '\bb', '\ff', '\nn', '\rr', '\tt'])
  escapes[character?.charCodeAt(0) ?? 0] = letter?.charCodeAt(0) ?? 0
const hexadecimal = Buffer.from('0123456789abcdef')
const unicode = Buffer.from('\\u00')
const [quote = 0, backslash = 0] = Buffer.from('"\\')
const longestEscape = 6
/** Bytes that are looked at together: most text has nothing to escape, and is copied. */
const block = 256
const plain = /^[^\x00-\x1f"\\]*$/

/** Text that grows at its end, in bytes: what passes is never made a string. Holds no memory while it is empty. */
export class CastText {
  #bytes: Buffer | null = null
  #used = 0

  get size(): number {
    return this.#used
  }

  add(text: string): void {
    const length = Buffer.byteLength(text)
    this.#used += this.#room(length).write(text, this.#used)
  }

  /** UTF-8 as a string of JSON. */
  addString(utf8: Buffer): void {
    const to = this.#room(utf8.length * longestEscape + 2)
    let at = this.#used
    to[at++] = quote
    for (let from = 0; from < utf8.length; from += block) {
      const part = utf8.subarray(from, from + block)
      at += plain.test(part.toString('latin1')) ? part.copy(to, at) : writeEscaped(to, at, part)
    }
    to[at++] = quote
    this.#used = at
  }

  /** Empties it. @param use is given what was added, and keeps no reference to it */
  drain<T>(use: (text: Buffer) => T): T {
    const bytes = this.#bytes
    const used = this.#used
    this.#bytes = null
    this.#used = 0
    if (bytes === null) return use(Buffer.alloc(0))
    try {
      return use(bytes.subarray(0, used))
    } finally {
      giveBuffer(bytes)
    }
  }

  #room(length: number): Buffer {
    const needed = this.#used + length
    const bytes = this.#bytes
    if (bytes !== null && bytes.length >= needed) return bytes
    let size = bytes?.length ?? smallest
    while (size < needed) size *= 2
    const larger = takeBuffer(size)
    if (bytes !== null) {
      bytes.copy(larger, 0, 0, this.#used)
      giveBuffer(bytes)
    }
    this.#bytes = larger
    return larger
  }
}

/** @returns how many bytes it took */
function writeEscaped(to: Buffer, start: number, bytes: Buffer): number {
  let at = start
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    const letter = escapes[byte] ?? 0
    if (letter === 0) to[at++] = byte
    else if (letter === 1) {
      at += unicode.copy(to, at)
      to[at++] = hexadecimal[byte >> 4] ?? 0
      to[at++] = hexadecimal[byte & 15] ?? 0
    } else {
      to[at++] = backslash
      to[at++] = letter
    }
  }
  return at - start
}
