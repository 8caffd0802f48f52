import { setMaxListeners } from 'node:events'
import type { ObjectStore } from '@rack-gateway/object-store'
import { runWithTimeout, withTimeout } from '@rack-gateway/time'
import type { CastHeader } from './asciicast.ts'
import type { DeriveKeys } from './chunk.ts'
import { RecordingUnavailable } from './errors.ts'
import { defaultLimits, type RecordingLimits } from './limits.ts'
import { Recording, type RecordingGap, type RecordingMode } from './recording.ts'
import type { SecretFinder } from './secret-finder.ts'
import { createTotals } from './upload-queue.ts'

export interface RecordingsOptions {
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly limits?: Partial<RecordingLimits>
  /** A monotonic clock, in milliseconds. */
  readonly elapsed?: () => number
  readonly onError: (error: unknown, recording: string) => void
}

export interface RecordingRequest {
  readonly id: string
  readonly header: CastHeader
  readonly mode: RecordingMode
  readonly secrets: SecretFinder | null
  /** Called after the end of each gap. */
  readonly onGap: (gap: RecordingGap) => void
}

export interface RecordingStats {
  /** Recordings that have not ended, or whose chunks wait for the store. */
  readonly open: number
  readonly waitingBytes: number
  readonly waitingChunks: number
  /** Chunks that were stored. */
  readonly stored: number
  /** Failed attempts to store a queued chunk. */
  readonly failures: number
  /** Recordings whose last attempt to store a chunk failed. */
  readonly failing: number
  /** The longest time in milliseconds for which one of these recordings has been failing; 0 if none fails. */
  readonly failingFor: number
  /** Session bytes that were not recorded. */
  readonly lostBytes: number
}

export interface Recordings {
  readonly store: ObjectStore
  /** @throws RecordingUnavailable if the first chunk of a strict recording cannot be stored */
  begin(recording: RecordingRequest): Promise<Recording>
  /** Counts the bytes of a session that was not recorded at all. */
  countLost(bytes: number): void
  /** Stores chunks of a recording sooner while someone follows it. @returns a function to stop following */
  follow(id: string): () => void
  stats(): RecordingStats
  /** Waits for open sessions and queued chunks, for at most `drainTimeout`, and closes the store. */
  close(): Promise<void>
}

export function createRecordings(options: RecordingsOptions): Recordings {
  const { store, deriveKeys, elapsed = performance.now.bind(performance), onError } = options
  const limits = { ...defaultLimits, ...options.limits }
  const totals = createTotals()
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const open = new Map<string, Recording>()
  let lostBytes = 0
  const context = { store, limits, elapsed, totals, signal: stopping.signal, onError }

  function countLost(bytes: number): void {
    lostBytes += bytes
  }

  function keepUntilStored(recording: Recording): void {
    open.set(recording.id, recording)
    recording.ended.then(() => recording.stored()).finally(() => open.delete(recording.id))
  }

  return {
    store,
    async begin(request) {
      const recording = new Recording({
        ...request,
        deriveKeys,
        context,
        onGap(gap) {
          countLost(gap.bytes)
          request.onGap(gap)
        },
      })
      const chunk = recording.firstChunk()
      if (request.mode === 'strict') {
        try {
          await runWithTimeout((signal) => store.put(recording.firstKey, chunk, { signal }), {
            milliseconds: limits.attemptTimeout,
            signal: stopping.signal,
          })
        } catch (error) {
          onError(error, request.id)
          throw new RecordingUnavailable(
            'The policy requires a recording of this session, but recordings cannot be stored now, so the session was not opened.',
            'Try again, or tell an administrator of the gateway.',
          )
        }
        totals.stored += 1
      } else recording.store(0, chunk)
      keepUntilStored(recording)
      return recording
    },
    countLost,
    follow: (id) => open.get(id)?.follow() ?? (() => {}),
    stats: () => ({
      open: open.size,
      waitingBytes: totals.waitingBytes,
      waitingChunks: totals.waitingChunks,
      stored: totals.stored,
      failures: totals.failures,
      failing: totals.failing.size,
      failingFor: totals.failing.size === 0 ? 0 : elapsed() - Math.min(...totals.failing.values()),
      lostBytes,
    }),
    async close() {
      const all = Promise.all([...open.values()].map((recording) => recording.ended.then(() => recording.stored())))
      await withTimeout(all, limits.drainTimeout, () => undefined)
      stopping.abort(new Error('the gateway has stopped'))
      store.close()
    },
  }
}
