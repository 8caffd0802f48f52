import { returnBuffer, takeBuffer } from './buffer-pool.ts'

/** Bytes of one direction that become one event. */
export interface Segment {
  /** Output or input. */
  readonly code: 'o' | 'i'
  /** Milliseconds since the recording began. */
  readonly at: number
  /** The position of the first byte in the journal. */
  readonly from: number
  /** The position after the last byte. */
  to: number
}

/** Bytes that arrive within this many milliseconds become one event. A player could not show them separately. */
const mergeInterval = 10
const minSize = 256

/** A copy of the session bytes that are not encrypted yet, with their times. */
export class Journal {
  readonly #limit: number
  #bytes: Buffer | null = null
  #used = 0
  #segments: Segment[] = []

  /** @param limit maximum size in bytes */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#used
  }

  /** The last byte of either direction; -1 if empty. */
  get lastByte(): number {
    return this.#bytes?.[this.#used - 1] ?? -1
  }

  /** Copies as much of `piece` as fits. @returns the number of copied bytes */
  append(code: 'o' | 'i', at: number, piece: Buffer): number {
    const length = Math.min(piece.length, this.#limit - this.#used)
    if (length === 0) return 0
    this.#makeRoom(length).set(length === piece.length ? piece : piece.subarray(0, length), this.#used)
    const last = this.#segments.at(-1)
    const from = this.#used
    this.#used += length
    if (last !== undefined && last.code === code && at - last.at < mergeInterval) last.to = this.#used
    else this.#segments.push({ code, at, from, to: this.#used })
    return length
  }

  /** @returns at most `length` bytes from the end of the last segment, as a view that is valid until the next call */
  tail(length: number): Buffer {
    const last = this.#segments.at(-1)
    if (last === undefined || this.#bytes === null) return Buffer.alloc(0)
    return this.#bytes.subarray(Math.max(last.from, this.#used - length), this.#used)
  }

  /** Removes bytes from the end of the last segment. */
  dropTail(length: number): void {
    const last = this.#segments.at(-1)
    if (last === undefined) return
    this.#used -= length
    last.to = this.#used
    if (last.to === last.from) this.#segments.pop()
  }

  /** Empties the journal but keeps its memory until `release`. Each view is valid until the next iteration. */
  *take(): Generator<{ readonly code: 'o' | 'i'; readonly at: number; readonly bytes: Buffer }> {
    const [bytes, segments] = [this.#bytes, this.#segments]
    this.#used = 0
    this.#segments = []
    if (bytes !== null)
      for (const { code, at, from, to } of segments) yield { code, at, bytes: bytes.subarray(from, to) }
  }

  /** Returns the memory to the pool, so that an idle session holds none. The journal must be empty. */
  release(): void {
    if (this.#bytes !== null) returnBuffer(this.#bytes)
    this.#bytes = null
  }

  #makeRoom(length: number): Buffer {
    const needed = this.#used + length
    const bytes = this.#bytes
    if (bytes !== null && bytes.length >= needed) return bytes
    let size = bytes?.length ?? minSize
    while (size < needed) size *= 4
    const larger = takeBuffer(Math.min(size, this.#limit))
    if (bytes !== null) {
      bytes.copy(larger, 0, 0, this.#used)
      returnBuffer(bytes)
    }
    this.#bytes = larger
    return larger
  }
}
