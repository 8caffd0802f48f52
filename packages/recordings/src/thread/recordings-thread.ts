import { setTimeout as sleep } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { defaultLimits, type RecordingLimits } from '../limits.ts'
import { verifyRecording } from '../read-recording.ts'
import type { RecordingSummary } from '../recording.ts'
import { type RecordingStats, type Recordings, storeUnavailable } from '../recordings.ts'
import { RecordingThread, type StartThread } from './recording-thread.ts'
import { ThreadRecording } from './thread-recording.ts'

export interface RecordingsThreadOptions {
  /** For reading. The thread opens the same store itself. */
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly start: StartThread
  readonly limits?: Partial<RecordingLimits>
  /** Bytes of the ring in which the bytes of all sessions wait for the thread. A power of two. Default 4 MiB. */
  readonly ringSize?: number
  /** Milliseconds between pings. The thread is terminated after ten pings without an answer. Default 1,000. */
  readonly pingEvery?: number
  /** Milliseconds after the end of a thread in which its last requests may still reach the store. Default 5,000. */
  readonly settleTimeout?: number
  /** Milliseconds after the end of a thread until the next may start. Default 1,000. */
  readonly restartAfter?: number
  readonly onError: (error: unknown, recording: string) => void
}

const defaultRingSize = 4 * 1024 * 1024
/** Milliseconds to close the thread after `drainTimeout`, and to verify recordings after `settleTimeout`. */
const closeTimeout = 5_000

/**
 * Records in another thread, so that the main thread only copies session bytes. If that thread ends unexpectedly, its
 * sessions can no longer be recorded, and the next session starts a new thread.
 */
export function createRecordingsThread(options: RecordingsThreadOptions): Recordings {
  const { store, deriveKeys, start, ringSize = defaultRingSize, pingEvery = 1_000, onError } = options
  const { settleTimeout = 5_000, restartAfter = 1_000 } = options
  const limits = { ...defaultLimits, ...options.limits }
  let current: RecordingThread | null = null
  let lostAt = Number.NEGATIVE_INFINITY
  let closed = false
  /** Totals of threads that have ended, and the bytes that `countLost` added. */
  const endedTotals = { stored: 0, failures: 0, lostBytes: 0 }
  let followers = 0
  /** Recordings of threads that ended are verified one at a time, because each may be large. */
  let verifying: Promise<unknown> = Promise.resolve()

  /**
   * Starts a thread if none runs. After a thread ended unexpectedly, waits `restartAfter`, so that a thread that fails
   * at once is not restarted all the time. @returns null during this wait, after `close`, and if the thread cannot be
   * started
   */
  function currentThread(): RecordingThread | null {
    if (closed || performance.now() - lostAt < restartAfter) return null
    if (current !== null) return current
    try {
      current = new RecordingThread({ start, limits, ringSize, pingEvery, onError, onThreadLost })
    } catch (error) {
      lostAt = performance.now()
      onError(error, '')
    }
    return current
  }

  function onThreadLost(lostThread: RecordingThread, reason: Error): void {
    lostAt = performance.now()
    if (current === lostThread) current = null
    const stats = lostThread.stats()
    for (const name of ['stored', 'failures', 'lostBytes'] as const) endedTotals[name] += stats[name]
    onError(reason, '')
  }

  function countLost(bytes: number): void {
    endedTotals.lostBytes += bytes
  }

  function summarizeStored(id: string, since: number): Promise<RecordingSummary> {
    const summary = verifying.then(async () => {
      await sleep(Math.max(0, since + settleTimeout - performance.now()))
      const { chunks, bytes, head } = await verifyRecording({ store, deriveKeys, id, proven: null })
      return { id, chunks, bytes, head, lost: null }
    })
    verifying = summary.catch(() => {})
    return summary
  }

  return {
    store,
    prepare: () => void currentThread(),
    async begin(request) {
      const thread = currentThread()
      if (thread === null) throw storeUnavailable()
      const recording = new ThreadRecording({
        session: thread.nextSession(),
        id: request.id,
        mode: request.mode,
        queue: thread.queue,
        onGap: request.onGap,
        countLost,
        summarizeStored: (since) => summarizeStored(request.id, since),
      })
      if (!(await thread.begin(recording, request))) throw storeUnavailable()
      return recording
    },
    countLost,
    follow(id) {
      const thread = current
      const follower = followers++
      thread?.post({ kind: 'follow', id, follower })
      return () => thread?.post({ kind: 'unfollow', id, follower })
    },
    stats() {
      const now = current?.stats() ?? noStats
      return {
        ...now,
        stored: endedTotals.stored + now.stored,
        failures: endedTotals.failures + now.failures,
        lostBytes: endedTotals.lostBytes + now.lostBytes,
      }
    },
    async close() {
      closed = true
      await current?.close(limits.drainTimeout + closeTimeout)
      await withTimeout(verifying, settleTimeout + closeTimeout, () => undefined)
      store.close()
    },
  }
}

const noStats: RecordingStats = {
  open: 0,
  waitingBytes: 0,
  waitingChunks: 0,
  stored: 0,
  failures: 0,
  failing: 0,
  failingFor: 0,
  lostBytes: 0,
}
