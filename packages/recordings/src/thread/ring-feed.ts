import { isOfSession } from './protocol.ts'
import { longestPiece, RingReader, RingWriter } from './ring.ts'

/** Whoever writes into a ring, and can be told to write no more for now. */
export interface Feeder {
  readonly session: number
  /** What it writes all the same is kept, in memory: at most what was on its way. */
  holdForRoom(held: boolean): void
}

interface Kept {
  readonly session: number
  readonly kind: number
  readonly at: number
  readonly piece: Buffer
}

/** Milliseconds that little may wait until the other thread is woken for it: to wake it costs more than to copy a frame. */
const wakeAfter = 50
/** Bytes that it is woken for at once. */
const wakeAt = 256 * 1024

/**
 * What passes, on its way to another thread, in its order. Nothing waits here: where the ring is half full, whoever writes is held until
 * a quarter is left, and what comes all the same has the other half, and after that memory of its own.
 */
export class RingFeed {
  readonly #ring: SharedArrayBuffer
  readonly #writer: RingWriter
  readonly #wake: () => void
  readonly #held = new Set<Feeder>()
  #kept: Kept[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param wake tells the thread that reads that there is something */
  constructor(ring: SharedArrayBuffer, wake: () => void) {
    this.#ring = ring
    this.#writer = new RingWriter(ring)
    this.#wake = wake
  }

  /** Takes a piece of whatever length, and keeps no reference to it. @param last a bit of the kind that only the last part has */
  put(feeder: Feeder, kind: number, last: number, at: number, piece: Buffer): void {
    let rest = piece
    while (rest.length > longestPiece) {
      this.#write(feeder.session, kind, at, rest.subarray(0, longestPiece))
      rest = rest.subarray(longestPiece)
    }
    this.#write(feeder.session, kind | last, at, rest)
    const { waiting, size } = this.#writer
    if (waiting > size / 2 || this.#kept.length > 0) this.#hold(feeder)
    if (waiting >= wakeAt) this.wakeNow()
    else if (this.#timer === undefined && this.#writer.asleep)
      this.#timer = setTimeout(() => this.wakeNow(), wakeAfter).unref()
  }

  wakeNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writer.asleep && this.#writer.takeSleep()) this.#wake()
  }

  /** The other thread has taken enough. */
  onRoom(): void {
    let written = 0
    for (const { session, kind, at, piece } of this.#kept) {
      if (!this.#writer.write(session, kind, at, piece)) break
      written += 1
    }
    this.#kept = this.#kept.slice(written)
    // Others may have filled it again before this was heard.
    if (this.#kept.length === 0 && this.#writer.waiting <= this.#writer.size / 2) this.#letGo()
    else this.#wishForRoom()
    this.wakeNow()
  }

  /** Nobody reads any more. @returns the bytes that nobody has read, by their session */
  stop(): Map<number, number> {
    clearTimeout(this.#timer)
    const unread = new Map<number, number>()
    const count = (session: number, { length }: Buffer) => void unread.set(session, (unread.get(session) ?? 0) + length)
    const reader = new RingReader(this.#ring)
    while (reader.read(({ session, kind, piece }) => isOfSession(kind) && count(session, piece)) > 0);
    for (const { session, kind, piece } of this.#kept) if (isOfSession(kind)) count(session, piece)
    this.#kept = []
    this.#letGo()
    return unread
  }

  #write(session: number, kind: number, at: number, piece: Buffer): void {
    if (this.#kept.length > 0 || !this.#writer.write(session, kind, at, piece))
      this.#kept.push({ session, kind, at, piece: Buffer.from(piece) })
  }

  #hold(feeder: Feeder): void {
    if (!this.#held.has(feeder)) {
      this.#held.add(feeder)
      feeder.holdForRoom(true)
    }
    this.#wishForRoom()
  }

  #wishForRoom(): void {
    this.#writer.wishForRoom()
    this.wakeNow()
    // It may have been read before it was told of the wish.
    if (this.#writer.waiting < this.#writer.size / 4) this.onRoom()
  }

  #letGo(): void {
    for (const feeder of this.#held) feeder.holdForRoom(false)
    this.#held.clear()
  }
}
