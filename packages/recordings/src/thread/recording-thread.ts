import type { Worker } from 'node:worker_threads'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { RecordingLimits } from '../limits.ts'
import type { NewRecording, RecordingStats } from '../recordings.ts'
import type { SecretFinder } from '../secret-finder.ts'
import { createFigures, readFigures } from './figures.ts'
import { KnownSecrets } from './known-secrets.ts'
import {
  type FromThread,
  monotonic,
  type ThreadLink,
  type ToldRecording,
  type ToThread,
  thrownHere,
} from './protocol.ts'
import { createRing } from './ring.ts'
import { RingFeed } from './ring-feed.ts'
import type { ThreadRecording } from './thread-recording.ts'

/** Starts a thread that calls `serveRecordings` with its `parentPort` and what it is given here. */
export type StartThread = (link: ThreadLink) => Worker

export interface RecordingThreadOptions {
  readonly start: StartThread
  readonly limits: Partial<RecordingLimits>
  /** Bytes: a power of two. */
  readonly ringSize: number
  /** Milliseconds between two looks whether it answers, while anybody waits for it. */
  readonly lookEvery: number
  readonly onError: (error: unknown, recording: string) => void
  /** It has ended, and was not told to. */
  readonly onLost: (thread: RecordingThread, reason: Error) => void
}

interface Kept {
  readonly recording: ThreadRecording
  readonly secrets: SecretFinder | null
}

/** Looks without an answer after which a thread counts as one that hangs. */
const mostUnanswered = 10

/** One thread that records, from its start to its end. */
export class RecordingThread {
  readonly feed: RingFeed
  readonly #options: RecordingThreadOptions
  readonly #worker: Worker
  readonly #figures = createFigures()
  readonly #secrets = new KnownSecrets((message) => this.post(message))
  readonly #recordings = new Map<number, Kept>()
  /** Recordings of which the thread hasn't said whether they are begun. */
  readonly #beginning = new Map<number, (begun: boolean) => void>()
  /** Recordings that have finished, and are not stored yet. */
  readonly #storing = new Map<number, ThreadRecording>()
  readonly #looking: NodeJS.Timeout
  #unanswered = 0
  #failure: Error | null = null
  readonly #ended: Promise<void>
  #closing = false
  #next = 0

  constructor(options: RecordingThreadOptions) {
    const { start, limits, ringSize, lookEvery } = options
    this.#options = options
    const ring = createRing(ringSize)
    this.feed = new RingFeed(ring, () => this.post({ kind: 'wake' }))
    this.#worker = start({ ring, figures: this.#figures, limits, zero: monotonic() - performance.now() })
    this.#worker.on('message', (message: FromThread) => this.#take(message))
    this.#worker.on('error', (error) => {
      this.#failure ??= new Error(`the thread that records has failed: ${error.message}`, { cause: error })
    })
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#onExit()
        resolve()
      })
    })
    // Whatever else keeps the process alive decides when it ends.
    this.#worker.unref()
    this.#looking = setInterval(() => this.#look(), lookEvery).unref()
  }

  nextSession(): number {
    return this.#next++
  }

  /** @returns whether it is begun; false for one that the store doesn't take, or whose thread ends before it is */
  begin(recording: ThreadRecording, { id, header, mode, input, secrets }: NewRecording): Promise<boolean> {
    const { session } = recording
    this.#recordings.set(session, { recording, secrets })
    const known = secrets === null ? null : this.#secrets.use(secrets)
    this.post({ kind: 'begin', session, id, header, mode, input, secrets: known })
    return new Promise((resolve) => {
      this.#beginning.set(session, (begun) => {
        this.#beginning.delete(session)
        if (!begun) this.#leave(session)
        resolve(begun)
      })
    })
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  stats(): RecordingStats {
    return readFigures(this.#figures, performance.now())
  }

  /** Has it store what waits, and ends it. @param milliseconds at most */
  async close(milliseconds: number): Promise<void> {
    this.#closing = true
    this.#worker.ref()
    this.feed.wakeNow()
    this.post({ kind: 'close' })
    await withTimeout(this.#ended, milliseconds, () => undefined)
    await this.#worker.terminate()
  }

  /** By counting looks, so that a machine that was asleep finds nobody silent. */
  #look(): void {
    if (this.#recordings.size === 0) return
    this.#unanswered += 1
    if (this.#unanswered > mostUnanswered) {
      this.#failure ??= new Error('the thread that records does not answer')
      void this.#worker.terminate()
    } else this.post({ kind: 'ping' })
  }

  #take(message: FromThread): void {
    this.#unanswered = 0
    switch (message.kind) {
      case 'pong':
        break
      case 'room':
        this.feed.onRoom()
        break
      case 'error':
        this.#options.onError(thrownHere(message.error), message.recording)
        break
      case 'begun':
      case 'refused':
        this.#beginning.get(message.session)?.(message.kind === 'begun')
        break
      default:
        this.#tell(message)
    }
  }

  #tell(message: ToldRecording): void {
    const recording = this.#recordings.get(message.session)?.recording
    switch (message.kind) {
      case 'hold':
      case 'resume':
        recording?.holdForStore(message.kind === 'hold')
        break
      case 'end':
        recording?.onFailure(message.reason)
        break
      case 'gap':
        recording?.onGap(message.gap)
        break
      case 'finished':
        this.#leave(message.session)
        if (recording !== undefined) this.#storing.set(message.session, recording)
        recording?.onFinished(message.summary)
        break
      case 'stored':
        this.#storing.delete(message.session)
        break
      case 'failed':
        this.#leave(message.session)
        recording?.onLost(0)
    }
  }

  #leave(session: number): void {
    const kept = this.#recordings.get(session)
    this.#recordings.delete(session)
    if (kept?.secrets) this.#secrets.release(kept.secrets)
  }

  #onExit(): void {
    clearInterval(this.#looking)
    const unread = this.feed.stop()
    for (const begun of [...this.#beginning.values()]) begun(false)
    for (const [session, { recording }] of this.#recordings) recording.onLost(unread.get(session) ?? 0)
    this.#recordings.clear()
    for (const recording of this.#storing.values()) recording.onNotStored()
    this.#storing.clear()
    if (!this.#closing || this.#failure !== null)
      this.#options.onLost(this, this.#failure ?? new Error('the thread that records has ended'))
  }
}
