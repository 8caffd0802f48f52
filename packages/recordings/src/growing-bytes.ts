import { returnBuffer, smallestPooled, takeBuffer } from './buffer-pool.ts'

const minSize = 256

/** An append-only byte buffer. An empty buffer holds no memory. */
export class GrowingBytes {
  readonly #expectedSize: number
  #bytes: Buffer | null = null
  #used = 0

  /** @param expectedSize usual maximum size in bytes; the buffer grows beyond it only if it must */
  constructor(expectedSize = 0) {
    this.#expectedSize = expectedSize
  }

  get size(): number {
    return this.#used
  }

  append(piece: Buffer): void {
    const to = this.reserve(piece.length)
    this.extend(this.#used + piece.copy(to, this.#used))
  }

  /** Makes room for `count` more bytes. @returns the buffer, valid until the next call */
  reserve(count: number): Buffer {
    const needed = this.#used + count
    const bytes = this.#bytes
    if (bytes !== null && bytes.length >= needed) return bytes
    let size = minSize
    while (size < needed) size *= 4
    if (needed <= this.#expectedSize) size = Math.min(size, this.#expectedSize)
    const larger = takeBuffer(size)
    if (bytes !== null) {
      bytes.copy(larger, 0, 0, this.#used)
      returnBuffer(bytes)
    }
    this.#bytes = larger
    return larger
  }

  /** Marks the bytes up to `end` as written. */
  extend(end: number): void {
    this.#used = end
  }

  /** Empties the buffer. @returns its bytes, in an allocation that has at most twice their size */
  takeCompact(): Buffer {
    const all = this.take()
    const capacity = all.buffer.byteLength
    if (capacity >= smallestPooled && capacity <= all.length * 2) return all
    const copy = takeBuffer(all.length * 2 < smallestPooled ? all.length : powerOfTwo(all.length))
    const length = all.copy(copy)
    returnBuffer(all)
    return copy.subarray(0, length)
  }

  /** Empties the buffer. @returns its bytes as a view of memory that nothing else uses */
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
