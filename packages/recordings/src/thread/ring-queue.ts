import { hasSessionBytes } from './protocol.ts'
import { maxPieceBytes, RingReader, RingWriter } from './ring.ts'

/** A session that writes to the ring, and can be paused. */
export interface RingProducer {
  readonly session: number
  /** While the session is paused, a few entries can still arrive, because they were already sent. */
  pauseForRoom(isPaused: boolean): void
}

interface OverflowEntry {
  readonly session: number
  readonly kind: number
  readonly at: number
  readonly piece: Buffer
}

/** Milliseconds before the other thread is woken for a few bytes. Waking it costs more than copying a frame. */
const wakeDelay = 50
/** Unread bytes above which the other thread is woken at once. */
const wakeBytes = 256 * 1024

/**
 * Passes session bytes to another thread, in order, without waiting. If unread bytes fill more than half of the ring,
 * the producer is paused until three quarters are free. Entries that still arrive use the other half, and then an
 * overflow list.
 */
export class RingQueue {
  readonly #ring: SharedArrayBuffer
  readonly #writer: RingWriter
  readonly #wake: () => void
  readonly #paused = new Set<RingProducer>()
  #overflow: OverflowEntry[] = []
  #timer: NodeJS.Timeout | undefined

  /** @param wake wakes the reading thread */
  constructor(ring: SharedArrayBuffer, wake: () => void) {
    this.#ring = ring
    this.#writer = new RingWriter(ring)
    this.#wake = wake
  }

  /**
   * Copies the piece, so the caller can reuse its memory.
   *
   * @param lastPartBit a bit that is set only in the kind of the last part
   * @param piece of any length
   */
  put(producer: RingProducer, kind: number, lastPartBit: number, at: number, piece: Buffer): void {
    let rest = piece
    while (rest.length > maxPieceBytes) {
      this.#write(producer.session, kind, at, rest.subarray(0, maxPieceBytes))
      rest = rest.subarray(maxPieceBytes)
    }
    this.#write(producer.session, kind | lastPartBit, at, rest)
    const { waiting, size } = this.#writer
    if (waiting > size / 2 || this.#overflow.length > 0) this.#pause(producer)
    if (waiting >= wakeBytes) this.wakeNow()
    else if (this.#timer === undefined && this.#writer.isReaderAsleep)
      this.#timer = setTimeout(() => this.wakeNow(), wakeDelay).unref()
  }

  wakeNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writer.isReaderAsleep && this.#writer.takeSleepFlag()) this.#wake()
  }

  /** The reading thread has signaled free space. */
  onRoom(): void {
    let written = 0
    for (const { session, kind, at, piece } of this.#overflow) {
      if (!this.#writer.write(session, kind, at, piece)) break
      written += 1
    }
    this.#overflow = this.#overflow.slice(written)
    // Other producers may have filled the ring since the signal.
    if (this.#overflow.length === 0 && this.#writer.waiting <= this.#writer.size / 2) this.#resumeAll()
    else this.#requestRoom()
    this.wakeNow()
  }

  /** The reading thread ended. @returns unread bytes per session */
  stop(): Map<number, number> {
    clearTimeout(this.#timer)
    const unread = new Map<number, number>()
    const count = (session: number, { length }: Buffer) => void unread.set(session, (unread.get(session) ?? 0) + length)
    const reader = new RingReader(this.#ring)
    while (reader.read(({ session, kind, piece }) => hasSessionBytes(kind) && count(session, piece)) > 0);
    for (const { session, kind, piece } of this.#overflow) if (hasSessionBytes(kind)) count(session, piece)
    this.#overflow = []
    this.#resumeAll()
    return unread
  }

  #write(session: number, kind: number, at: number, piece: Buffer): void {
    if (this.#overflow.length > 0 || !this.#writer.write(session, kind, at, piece))
      this.#overflow.push({ session, kind, at, piece: Buffer.from(piece) })
  }

  #pause(producer: RingProducer): void {
    if (!this.#paused.has(producer)) {
      this.#paused.add(producer)
      producer.pauseForRoom(true)
    }
    this.#requestRoom()
  }

  #requestRoom(): void {
    this.#writer.requestRoom()
    this.wakeNow()
    // The reader may have read everything before it saw the request.
    if (this.#writer.waiting < this.#writer.size / 4) this.onRoom()
  }

  #resumeAll(): void {
    for (const producer of this.#paused) producer.pauseForRoom(false)
    this.#paused.clear()
  }
}
