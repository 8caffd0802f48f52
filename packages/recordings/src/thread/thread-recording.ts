import type { RecordedSession, RecordingGap, RecordingMode, RecordingSummary, RunningRecording } from '../recording.ts'
import { entryKinds, messageEnds } from './protocol.ts'
import type { Feeder, RingFeed } from './ring-feed.ts'

export interface ThreadRecordingOptions {
  readonly session: number
  readonly id: string
  readonly mode: RecordingMode
  readonly feed: RingFeed
  readonly onGap: (gap: RecordingGap) => void
  /** @param bytes of a session that went on without its thread */
  readonly missed: (bytes: number) => void
  /** What the store has of it, where the thread can't say any more. */
  readonly whatIsStored: (since: number) => Promise<RecordingSummary>
}

const nothing = Buffer.alloc(0)
const ended = 'what records it has ended'
/** More than any reason that a session ends for, and less than an entry holds. */
const longestHow = 1_024

/** A recording that another thread makes, as whoever forwards the session has it. */
export class ThreadRecording implements RunningRecording, Feeder {
  readonly id: string
  readonly session: number
  readonly #options: ThreadRecordingOptions
  readonly #finished: Promise<RecordingSummary>
  #onFinished: (summary: RecordingSummary | Promise<RecordingSummary>) => void = () => {}
  #live: RecordedSession | null = null
  #over = false
  #held = { room: false, store: false }
  #isHeld = false
  #failure: string | null = null
  /** Of a session that goes on without its thread. */
  #gap: { readonly since: number; bytes: number } | null = null

  constructor(options: ThreadRecordingOptions) {
    this.#options = options
    this.id = options.id
    this.session = options.session
    this.#finished = new Promise((resolve) => {
      this.#onFinished = resolve
    })
    // It may come to nothing before anybody waits for it.
    this.#finished.catch(() => {})
  }

  attach(live: RecordedSession): void {
    this.#live = live
    if (this.#isHeld) live.hold()
    if (this.#failure !== null) live.end(this.#failure)
  }

  take(code: 'o' | 'i', piece: Buffer, end: boolean): void {
    if (this.#over) return
    if (this.#gap !== null) this.#gap.bytes += piece.length
    else this.#put(code === 'o' ? entryKinds.output : entryKinds.input, piece, end)
  }

  sawEnd(): void {
    if (!this.#over && this.#gap === null) this.#put(entryKinds.sawEnd, nothing)
  }

  finish(how: string): Promise<RecordingSummary> {
    this.#over = true
    if (this.#gap === null) {
      this.#put(entryKinds.finish, Buffer.from(how).subarray(0, longestHow))
      this.#options.feed.wakeNow()
    } else this.#finishAlone(this.#gap)
    return this.#finished
  }

  holdForRoom(held: boolean): void {
    this.#holdFor({ room: held })
  }

  /** It comes to more for the store than may wait there, or it no longer does. */
  holdForStore(held: boolean): void {
    this.#holdFor({ store: held })
  }

  /** It can't be recorded any more, and has to be. */
  onFailure(reason: string): void {
    this.#failure ??= reason
    this.#live?.end(this.#failure)
  }

  onGap(gap: RecordingGap): void {
    this.#options.onGap(gap)
  }

  onFinished(summary: RecordingSummary): void {
    this.#onFinished(summary)
  }

  /** Its thread has ended with a part of it that isn't stored. */
  onNotStored(): void {
    this.onGap({ recording: this.id, reason: `${ended} before all of it was stored`, bytes: 0, durationMs: 0 })
  }

  /** Nobody records it any more. @param unread bytes of it that nobody has looked at */
  onLost(unread: number): void {
    if (this.#gap !== null) return
    this.#gap = { since: performance.now(), bytes: unread }
    this.#holdFor({ room: false, store: false })
    if (this.#over) this.#finishAlone(this.#gap)
    else if (this.#options.mode === 'strict') this.onFailure(`this session is to be recorded, and ${ended}`)
  }

  #put(kind: number, piece: Buffer, end = false): void {
    this.#options.feed.put(this, kind, end ? messageEnds : 0, performance.now(), piece)
  }

  #finishAlone({ since, bytes }: { readonly since: number; readonly bytes: number }): void {
    const reason = `${ended}, and what it had not stored is missing, too`
    this.#options.missed(bytes)
    this.onGap({ recording: this.id, reason, bytes, durationMs: Math.round(performance.now() - since) })
    this.#onFinished(this.#options.whatIsStored(since))
  }

  #holdFor(change: { readonly room?: boolean; readonly store?: boolean }): void {
    this.#held = { ...this.#held, ...change }
    const isHeld = this.#held.room || this.#held.store
    if (isHeld === this.#isHeld) return
    this.#isHeld = isHeld
    if (isHeld) this.#live?.hold()
    else this.#live?.resume()
  }
}
