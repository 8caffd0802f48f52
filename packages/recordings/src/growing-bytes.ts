import { giveBuffer, smallestReused, takeBuffer } from './large-buffers.ts'

const smallest = 256

/** Bytes that grow at their end. Holds no memory while there are none. */
export class GrowingBytes {
  readonly #usual: number
  #bytes: Buffer | null = null
  #used = 0

  /** @param usual bytes that it mostly comes to at most: it grows beyond only where these aren't enough */
  constructor(usual = 0) {
    this.#usual = usual
  }

  get size(): number {
    return this.#used
  }

  append(piece: Buffer): void {
    const to = this.reserve(piece.length)
    this.extend(this.#used + piece.copy(to, this.#used))
  }

  /** @param most bytes that will be written behind those that are there @returns memory with room for them, until the next call */
  reserve(most: number): Buffer {
    const needed = this.#used + most
    const bytes = this.#bytes
    if (bytes !== null && bytes.length >= needed) return bytes
    let size = smallest
    while (size < needed) size *= 4
    if (needed <= this.#usual) size = Math.min(size, this.#usual)
    const larger = takeBuffer(size)
    if (bytes !== null) {
      bytes.copy(larger, 0, 0, this.#used)
      giveBuffer(bytes)
    }
    this.#bytes = larger
    return larger
  }

  /** Counts what was written into reserved memory. @param end where it ends */
  extend(end: number): void {
    this.#used = end
  }

  /** Empties it. @returns what was in it, in memory of its own: of that size where it is small, else of twice as much at most */
  keep(): Buffer {
    const all = this.take()
    const held = all.buffer.byteLength
    if (held >= smallestReused && held <= all.length * 2) return all
    const kept = takeBuffer(all.length * 2 < smallestReused ? all.length : powerOfTwo(all.length))
    const length = all.copy(kept)
    giveBuffer(all)
    return kept.subarray(0, length)
  }

  /** Empties it. @returns a view of memory that is its own */
  take(): Buffer {
    const all = this.#bytes?.subarray(0, this.#used) ?? Buffer.alloc(0)
    this.#bytes = null
    this.#used = 0
    return all
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(atLeast))
}
