import { giveBuffer, takeBuffer } from './large-buffers.ts'

const smallest = 256
const growth = 4

/** Bytes that grow at their end. Holds no memory while there are none. */
export class GrowingBytes {
  #bytes: Buffer | null = null
  #used = 0

  append(piece: Buffer): void {
    this.#room(piece.length).set(piece, this.#used)
    this.#used += piece.length
  }

  /** Empties it. @returns a view of memory that is its own */
  take(): Buffer {
    const all = this.#bytes?.subarray(0, this.#used) ?? Buffer.alloc(0)
    this.#bytes = null
    this.#used = 0
    return all
  }

  #room(length: number): Buffer {
    const needed = this.#used + length
    const bytes = this.#bytes
    if (bytes !== null && bytes.length >= needed) return bytes
    let size = bytes?.length ?? smallest
    while (size < needed) size *= growth
    const larger = takeBuffer(size)
    if (bytes !== null) {
      bytes.copy(larger, 0, 0, this.#used)
      giveBuffer(bytes)
    }
    this.#bytes = larger
    return larger
  }
}
