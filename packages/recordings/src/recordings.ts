import { setMaxListeners } from 'node:events'
import { runWithTimeout, withTimeout } from '@rack-gateway/errors/with-timeout'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { CastHeader } from './cast.ts'
import type { DeriveKeys } from './chunk.ts'
import { RecordingUnavailable } from './errors.ts'
import { defaultLimits, type RecordingLimits } from './limits.ts'
import { Recording, type RecordingGap, type RecordingMode, type RunningRecording } from './recording.ts'
import type { SecretFinder } from './secret-finder.ts'
import { newTotals } from './uploads.ts'

export interface RecordingsOptions {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits>
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed?: () => number
  readonly onError: (error: unknown, recording: string) => void
}

export interface NewRecording {
  readonly id: string
  readonly header: CastHeader
  readonly mode: RecordingMode
  /** Whether what is typed is recorded too. */
  readonly input: boolean
  readonly secrets: SecretFinder | null
  /** Told of each part that is missing, once it has ended. */
  readonly onGap: (gap: RecordingGap) => void
}

export interface RecordingStats {
  readonly open: number
  readonly waitingBytes: number
  readonly waitingChunks: number
  readonly stored: number
  readonly failures: number
  /** Recordings with a chunk whose last attempt failed, and for how long the first of them has failed, in milliseconds. */
  readonly failing: number
  readonly failingFor: number
  /** Bytes of sessions that went on without being recorded. */
  readonly lost: number
}

/** The recordings of one process. */
export interface Recordings<R extends RunningRecording = RunningRecording> {
  /** What is stored. */
  readonly store: ObjectStore
  /** Gets ready, so that the first session doesn't wait for it. */
  prepare(): void
  /** @throws RecordingUnavailable for a strict one whose first chunk the store doesn't take */
  begin(recording: NewRecording): Promise<R>
  /** A session went on that should have been recorded and was not at all. @param bytes of it */
  missed(bytes: number): void
  /** While somebody watches a recording of this process, what comes is a chunk sooner. @returns the function that ends it */
  hasten(id: string): () => void
  stats(): RecordingStats
  /** Waits for sessions to end and for what isn't stored yet, as long as `drain` says. */
  close(): Promise<void>
}

export function notStored(): Error {
  return new RecordingUnavailable(
    'this session is to be recorded, and its recording can not be stored now, so it is not opened',
    'try again, and tell whoever runs the gateway',
  )
}

/** Made in this thread. */
export function createRecordings(options: RecordingsOptions): Recordings<Recording> {
  const { store, deriveKeys, elapsed = performance.now.bind(performance), onError } = options
  const limits = { ...defaultLimits, ...options.limits }
  const totals = newTotals()
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const open = new Map<string, Recording>()
  let lost = 0
  const context = { store, limits, elapsed, totals, signal: stopping.signal, onError }

  function missed(bytes: number): void {
    lost += bytes
  }

  function watch(recording: Recording): void {
    open.set(recording.id, recording)
    recording.whenOver.then(() => recording.stored()).finally(() => open.delete(recording.id))
  }

  return {
    store,
    prepare() {},
    async begin(wanted) {
      const recording = new Recording({
        ...wanted,
        deriveKeys,
        context,
        onGap(gap) {
          missed(gap.bytes)
          wanted.onGap(gap)
        },
      })
      const chunk = recording.firstChunk()
      if (wanted.mode === 'strict') {
        try {
          await runWithTimeout((signal) => store.put(recording.firstKey, chunk, { signal }), {
            milliseconds: limits.attempt,
            signal: stopping.signal,
          })
        } catch (error) {
          onError(error, wanted.id)
          throw notStored()
        }
        totals.stored += 1
      } else recording.store(0, chunk)
      watch(recording)
      return recording
    },
    missed,
    hasten: (id) => open.get(id)?.hasten() ?? (() => {}),
    stats: () => ({
      open: open.size,
      waitingBytes: totals.waitingBytes,
      waitingChunks: totals.waitingChunks,
      stored: totals.stored,
      failures: totals.failures,
      failing: totals.failing.size,
      failingFor: totals.failing.size === 0 ? 0 : elapsed() - Math.min(...totals.failing.values()),
      lost,
    }),
    async close() {
      const all = Promise.all([...open.values()].map((recording) => recording.whenOver.then(() => recording.stored())))
      await withTimeout(all, limits.drain, () => undefined)
      stopping.abort(new Error('the gateway has stopped'))
      store.close()
    },
  }
}
