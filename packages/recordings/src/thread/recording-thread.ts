import type { Worker } from 'node:worker_threads'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { RecordingLimits } from '../limits.ts'
import type { RecordingRequest, RecordingStats } from '../recordings.ts'
import type { SecretFinder } from '../secret-finder.ts'
import {
  deserializeError,
  type FromThread,
  monotonicNow,
  type RecordingMessage,
  type ThreadLink,
  type ToThread,
} from './protocol.ts'
import { createRing } from './ring.ts'
import { RingQueue } from './ring-queue.ts'
import { SharedSecrets } from './shared-secrets.ts'
import { createSharedStats, readSharedStats } from './shared-stats.ts'
import type { ThreadRecording } from './thread-recording.ts'

/** Starts a thread that calls `serveRecordings` with its `parentPort` and this link. */
export type StartThread = (link: ThreadLink) => Worker

export interface RecordingThreadOptions {
  readonly start: StartThread
  readonly limits: Partial<RecordingLimits>
  /** Size in bytes: a power of two. */
  readonly ringSize: number
  /** Milliseconds between pings, while there are recordings. */
  readonly pingEvery: number
  readonly onError: (error: unknown, recording: string) => void
  readonly onThreadLost: (thread: RecordingThread, reason: Error) => void
}

interface OpenRecording {
  readonly recording: ThreadRecording
  readonly secrets: SecretFinder | null
}

/** Pings without an answer after which the thread is terminated. */
const maxUnansweredPings = 10

export class RecordingThread {
  readonly queue: RingQueue
  readonly #options: RecordingThreadOptions
  readonly #worker: Worker
  readonly #stats = createSharedStats()
  readonly #secrets = new SharedSecrets((message) => this.post(message))
  readonly #recordings = new Map<number, OpenRecording>()
  readonly #pendingBegins = new Map<number, (begun: boolean) => void>()
  /** Finished recordings with chunks that are not stored yet. */
  readonly #storing = new Map<number, ThreadRecording>()
  readonly #pingTimer: NodeJS.Timeout
  #unansweredPings = 0
  #failure: Error | null = null
  readonly #ended: Promise<void>
  #isClosing = false
  #nextSession = 0

  constructor(options: RecordingThreadOptions) {
    const { start, limits, ringSize, pingEvery } = options
    this.#options = options
    const ring = createRing(ringSize)
    this.queue = new RingQueue(ring, () => this.post({ kind: 'wake' }))
    this.#worker = start({ ring, stats: this.#stats, limits, clockOrigin: monotonicNow() - performance.now() })
    this.#worker.on('message', (message: FromThread) => this.#onMessage(message))
    this.#worker.on('error', (error) => {
      this.#failure ??= new Error(`the recording thread failed: ${error.message}`, { cause: error })
    })
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#onExit()
        resolve()
      })
    })
    // The thread must not keep the process alive.
    this.#worker.unref()
    this.#pingTimer = setInterval(() => this.#ping(), pingEvery).unref()
  }

  nextSession(): number {
    return this.#nextSession++
  }

  /** @returns false if the recording cannot begin, or the thread ends before it answers */
  begin(recording: ThreadRecording, { id, header, mode, secrets }: RecordingRequest): Promise<boolean> {
    const { session } = recording
    this.#recordings.set(session, { recording, secrets })
    const finder = secrets === null ? null : this.#secrets.use(secrets)
    this.post({ kind: 'begin', session, id, header, mode, finder })
    return new Promise((resolve) => {
      this.#pendingBegins.set(session, (begun) => {
        this.#pendingBegins.delete(session)
        if (!begun) this.#removeRecording(session)
        resolve(begun)
      })
    })
  }

  post(message: ToThread): void {
    this.#worker.postMessage(message)
  }

  stats(): RecordingStats {
    return readSharedStats(this.#stats, performance.now())
  }

  /** Stores queued chunks, and ends the thread after at most `milliseconds`. */
  async close(milliseconds: number): Promise<void> {
    this.#isClosing = true
    this.#worker.ref()
    this.queue.wakeNow()
    this.post({ kind: 'close' })
    await withTimeout(this.#ended, milliseconds, () => undefined)
    await this.#worker.terminate()
  }

  /** Counts pings instead of time, so that a suspended machine does not look like a thread that hangs. */
  #ping(): void {
    if (this.#recordings.size === 0) return
    this.#unansweredPings += 1
    if (this.#unansweredPings > maxUnansweredPings) {
      this.#failure ??= new Error('the recording thread does not answer')
      void this.#worker.terminate()
    } else this.post({ kind: 'ping' })
  }

  #onMessage(message: FromThread): void {
    this.#unansweredPings = 0
    switch (message.kind) {
      case 'pong':
        break
      case 'room':
        this.queue.onRoom()
        break
      case 'error':
        this.#options.onError(deserializeError(message.error), message.recording)
        break
      case 'begun':
      case 'refused':
        this.#pendingBegins.get(message.session)?.(message.kind === 'begun')
        break
      default:
        this.#onRecordingMessage(message)
    }
  }

  #onRecordingMessage(message: RecordingMessage): void {
    const recording = this.#recordings.get(message.session)?.recording
    switch (message.kind) {
      case 'pause':
      case 'resume':
        recording?.pauseForStore(message.kind === 'pause')
        break
      case 'failure':
        recording?.onFailure(message.reason)
        break
      case 'gap':
        recording?.onGap(message.gap)
        break
      case 'finished':
        this.#removeRecording(message.session)
        if (recording !== undefined) this.#storing.set(message.session, recording)
        recording?.onFinished(message.summary)
        break
      case 'stored':
        this.#storing.delete(message.session)
        break
      case 'lost':
        this.#removeRecording(message.session)
        recording?.onLost(0)
    }
  }

  #removeRecording(session: number): void {
    const open = this.#recordings.get(session)
    this.#recordings.delete(session)
    if (open?.secrets) this.#secrets.release(open.secrets)
  }

  #onExit(): void {
    clearInterval(this.#pingTimer)
    const unread = this.queue.stop()
    for (const begun of [...this.#pendingBegins.values()]) begun(false)
    for (const [session, { recording }] of this.#recordings) recording.onLost(unread.get(session) ?? 0)
    this.#recordings.clear()
    for (const recording of this.#storing.values()) recording.onNotStored()
    this.#storing.clear()
    if (!this.#isClosing || this.#failure !== null)
      this.#options.onThreadLost(this, this.#failure ?? new Error('the recording thread failed'))
  }
}
