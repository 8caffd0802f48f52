import { giveBuffer, takeBuffer } from './large-buffers.ts'

/** Bytes of one direction that came within a moment. */
export interface Segment {
  readonly code: 'o' | 'i'
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly from: number
  to: number
}

/** What comes within this many milliseconds is one event: a player couldn't show it apart. */
const moment = 10
const smallest = 256

/** What has passed since the last chunk, copied once, with its times. */
export class Journal {
  readonly #limit: number
  #bytes: Buffer | null = null
  #used = 0
  #segments: Segment[] = []

  /** @param limit bytes that it takes at most */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#used
  }

  /** The last byte, of whatever direction; -1 while it is empty. */
  get lastByte(): number {
    return this.#bytes?.[this.#used - 1] ?? -1
  }

  /** Copies as much as fits. @returns how many bytes that is */
  append(code: 'o' | 'i', at: number, piece: Buffer): number {
    const length = Math.min(piece.length, this.#limit - this.#used)
    if (length === 0) return 0
    this.#makeRoom(length).set(length === piece.length ? piece : piece.subarray(0, length), this.#used)
    const last = this.#segments.at(-1)
    const from = this.#used
    this.#used += length
    if (last !== undefined && last.code === code && at - last.at < moment) last.to = this.#used
    else this.#segments.push({ code, at, from, to: this.#used })
    return length
  }

  /** The bytes at the end, of the last segment alone: a view, to be looked at or changed now. */
  tail(length: number): Buffer {
    const last = this.#segments.at(-1)
    if (last === undefined || this.#bytes === null) return Buffer.alloc(0)
    return this.#bytes.subarray(Math.max(last.from, this.#used - length), this.#used)
  }

  /** Takes back bytes of the last segment. */
  dropTail(length: number): void {
    const last = this.#segments.at(-1)
    if (last === undefined) return
    this.#used -= length
    last.to = this.#used
    if (last.to === last.from) this.#segments.pop()
  }

  /** Empties it, and keeps its memory until `release`. Each view is valid until the next one is asked for. */
  *take(): Generator<{ readonly code: 'o' | 'i'; readonly at: number; readonly bytes: Buffer }> {
    const [bytes, segments] = [this.#bytes, this.#segments]
    this.#used = 0
    this.#segments = []
    if (bytes !== null)
      for (const { code, at, from, to } of segments) yield { code, at, bytes: bytes.subarray(from, to) }
  }

  /** Gives its memory back: while nothing comes, it has none. Only while it is empty. */
  release(): void {
    if (this.#bytes !== null) giveBuffer(this.#bytes)
    this.#bytes = null
  }

  #makeRoom(length: number): Buffer {
    const needed = this.#used + length
    const bytes = this.#bytes
    if (bytes !== null && bytes.length >= needed) return bytes
    let size = bytes?.length ?? smallest
    while (size < needed) size *= 4
    const larger = takeBuffer(Math.min(size, this.#limit))
    if (bytes !== null) {
      bytes.copy(larger, 0, 0, this.#used)
      giveBuffer(bytes)
    }
    this.#bytes = larger
    return larger
  }
}
