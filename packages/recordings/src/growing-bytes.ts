import { giveBuffer, takeBuffer } from './large-buffers.ts'

const smallest = 256

/** Bytes that grow at their end. Holds no memory while there are none. */
export class GrowingBytes {
  readonly #growth: number
  #bytes: Buffer | null = null
  #used = 0

  /** @param growth how many times as much memory is taken when it doesn't suffice */
  constructor(growth: number) {
    this.#growth = growth
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
    let size = bytes?.length ?? smallest
    while (size < needed) size *= this.#growth
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

  /** Empties it. @returns a view of memory that is its own */
  take(): Buffer {
    const all = this.#bytes?.subarray(0, this.#used) ?? Buffer.alloc(0)
    this.#bytes = null
    this.#used = 0
    return all
  }
}
