import type { RecordedSession, RecordingGap, RecordingMode, RecordingSummary, RunningRecording } from '../recording.ts'
import { entryKinds, messageEnds } from './protocol.ts'
import type { RingProducer, RingQueue } from './ring-queue.ts'

export interface ThreadRecordingOptions {
  readonly session: number
  readonly id: string
  readonly mode: RecordingMode
  readonly queue: RingQueue
  readonly onGap: (gap: RecordingGap) => void
  /** @param bytes of the session that were not recorded */
  readonly countLost: (bytes: number) => void
  /** Reads the state from the store, because the thread can no longer report it. */
  readonly summarizeStored: (since: number) => Promise<RecordingSummary>
}

const nothing = Buffer.alloc(0)
const threadFailed = 'the recording thread failed'
/** More than any reason for the end of a session, and less than an entry holds. */
const maxHowBytes = 1_024

/** The main thread's side of a recording that another thread makes. */
export class ThreadRecording implements RunningRecording, RingProducer {
  readonly id: string
  readonly session: number
  readonly #options: ThreadRecordingOptions
  readonly #finished: Promise<RecordingSummary>
  #onFinished: (summary: RecordingSummary | Promise<RecordingSummary>) => void = () => {}
  #session: RecordedSession | null = null
  #over = false
  #held = { room: false, store: false }
  #isHeld = false
  #failure: string | null = null
  /** Set when the thread has failed and the session continues. */
  #gap: { readonly since: number; bytes: number } | null = null

  constructor(options: ThreadRecordingOptions) {
    this.#options = options
    this.id = options.id
    this.session = options.session
    this.#finished = new Promise((resolve) => {
      this.#onFinished = resolve
    })
    // It may be rejected before anyone awaits it.
    this.#finished.catch(() => {})
  }

  attach(live: RecordedSession): void {
    this.#session = live
    if (this.#isHeld) live.hold()
    if (this.#failure !== null) live.end(this.#failure)
  }

  write(code: 'o' | 'i', piece: Buffer, end: boolean): void {
    if (this.#over) return
    if (this.#gap !== null) this.#gap.bytes += piece.length
    else this.#put(code === 'o' ? entryKinds.output : entryKinds.input, piece, end)
  }

  onRackEnd(): void {
    if (!this.#over && this.#gap === null) this.#put(entryKinds.rackEnd, nothing)
  }

  finish(how: string): Promise<RecordingSummary> {
    this.#over = true
    if (this.#gap === null) {
      this.#put(entryKinds.finish, Buffer.from(how).subarray(0, maxHowBytes))
      this.#options.queue.wakeNow()
    } else this.#finishWithoutThread(this.#gap)
    return this.#finished
  }

  holdForRoom(held: boolean): void {
    this.#holdFor({ room: held })
  }

  /** Pauses or resumes the session for the store. */
  holdForStore(held: boolean): void {
    this.#holdFor({ store: held })
  }

  /** A strict session can no longer be recorded. */
  onFailure(reason: string): void {
    this.#failure ??= reason
    this.#session?.end(this.#failure)
  }

  onGap(gap: RecordingGap): void {
    this.#options.onGap(gap)
  }

  onFinished(summary: RecordingSummary): void {
    this.#onFinished(summary)
  }

  /** The thread failed before all chunks were stored. */
  onNotStored(): void {
    this.onGap({ recording: this.id, reason: `${threadFailed} before all of it was stored`, bytes: 0, durationMs: 0 })
  }

  /** The thread failed, or cannot continue this recording. @param unread bytes that the thread had not read */
  onLost(unread: number): void {
    if (this.#gap !== null) return
    this.#gap = { since: performance.now(), bytes: unread }
    this.#holdFor({ room: false, store: false })
    if (this.#over) this.#finishWithoutThread(this.#gap)
    else if (this.#options.mode === 'strict') this.onFailure(`This session must be recorded, but ${threadFailed}.`)
  }

  #put(kind: number, piece: Buffer, end = false): void {
    this.#options.queue.put(this, kind, end ? messageEnds : 0, performance.now(), piece)
  }

  #finishWithoutThread({ since, bytes }: { readonly since: number; readonly bytes: number }): void {
    const reason = `${threadFailed}, and its unstored chunks are also missing`
    this.#options.countLost(bytes)
    this.onGap({ recording: this.id, reason, bytes, durationMs: Math.round(performance.now() - since) })
    this.#onFinished(this.#options.summarizeStored(since))
  }

  #holdFor(change: { readonly room?: boolean; readonly store?: boolean }): void {
    this.#held = { ...this.#held, ...change }
    const isHeld = this.#held.room || this.#held.store
    if (isHeld === this.#isHeld) return
    this.#isHeld = isHeld
    if (isHeld) this.#session?.hold()
    else this.#session?.resume()
  }
}
