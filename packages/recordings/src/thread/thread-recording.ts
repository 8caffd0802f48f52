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
  /**
   * Reads the summary from the store, because the thread can no longer report it.
   *
   * @param since when the thread failed
   */
  readonly summarizeStored: (since: number) => Promise<RecordingSummary>
}

const nothing = Buffer.alloc(0)
const threadFailed = 'the recording thread failed'
/** Maximum bytes of the last marker. Every reason for the end of a session is shorter. */
const maxMarkerBytes = 1_024

/** The main thread's side of a recording that another thread makes. */
export class ThreadRecording implements RunningRecording, RingProducer {
  readonly id: string
  readonly session: number
  readonly #options: ThreadRecordingOptions
  readonly #finished: Promise<RecordingSummary>
  #onFinished: (summary: RecordingSummary | Promise<RecordingSummary>) => void = () => {}
  #session: RecordedSession | null = null
  #isFinished = false
  #pauseReasons = { room: false, store: false }
  #isPaused = false
  #failure: string | null = null
  /** Set by `onLost`. Counts the bytes that the thread had not read, and later bytes of the session. */
  #gap: { readonly since: number; bytes: number } | null = null

  constructor(options: ThreadRecordingOptions) {
    this.#options = options
    this.id = options.id
    this.session = options.session
    this.#finished = new Promise((resolve) => {
      this.#onFinished = resolve
    })
    // The promise may be rejected before anyone awaits it.
    this.#finished.catch(() => {})
  }

  attach(live: RecordedSession): void {
    this.#session = live
    if (this.#isPaused) live.pause()
    if (this.#failure !== null) live.end(this.#failure)
  }

  write(code: 'o' | 'i', piece: Buffer, end: boolean): void {
    if (this.#isFinished) return
    if (this.#gap !== null) this.#gap.bytes += piece.length
    else this.#put(code === 'o' ? entryKinds.output : entryKinds.input, piece, end)
  }

  onRackEnd(): void {
    if (!this.#isFinished && this.#gap === null) this.#put(entryKinds.rackEnd, nothing)
  }

  finish(lastMarker: string): Promise<RecordingSummary> {
    this.#isFinished = true
    if (this.#gap === null) {
      this.#put(entryKinds.finish, Buffer.from(lastMarker).subarray(0, maxMarkerBytes))
      this.#options.queue.wakeNow()
    } else this.#finishWithoutThread(this.#gap)
    return this.#finished
  }

  pauseForRoom(isPaused: boolean): void {
    this.#setPauseReasons({ room: isPaused })
  }

  pauseForStore(isPaused: boolean): void {
    this.#setPauseReasons({ store: isPaused })
  }

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
    this.#setPauseReasons({ room: false, store: false })
    if (this.#isFinished) this.#finishWithoutThread(this.#gap)
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

  #setPauseReasons(change: { readonly room?: boolean; readonly store?: boolean }): void {
    this.#pauseReasons = { ...this.#pauseReasons, ...change }
    const isPaused = this.#pauseReasons.room || this.#pauseReasons.store
    if (isPaused === this.#isPaused) return
    this.#isPaused = isPaused
    if (isPaused) this.#session?.pause()
    else this.#session?.resume()
  }
}
