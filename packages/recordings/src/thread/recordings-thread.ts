import { setTimeout as sleep } from 'node:timers/promises'
import { withTimeout } from '@rack-gateway/errors/with-timeout'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { defaultLimits, type RecordingLimits } from '../limits.ts'
import { verifyRecording } from '../reader.ts'
import type { RecordingSummary } from '../recording.ts'
import { notStored, type RecordingStats, type Recordings } from '../recordings.ts'
import { RecordingThread, type StartThread } from './recording-thread.ts'
import { ThreadRecording } from './thread-recording.ts'

export interface RecordingsThreadOptions {
  /** For reading here. The thread has one of its own, of the same place. */
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly start: StartThread
  readonly limits?: Partial<RecordingLimits>
  /** Bytes of sessions that wait for the thread, in all: a power of two. Default 4 MiB. */
  readonly ringSize?: number
  /** Milliseconds between two looks whether the thread answers; one that doesn't ten times is ended. Default 1,000. */
  readonly lookEvery?: number
  /** Milliseconds after the end of a thread in which what it had sent to the store may still come there. Default 5,000. */
  readonly settling?: number
  /** Milliseconds after the end of a thread until there is another. Default 1,000. */
  readonly restartAfter?: number
  readonly onError: (error: unknown, recording: string) => void
}

const usualRing = 4 * 1024 * 1024
/** Milliseconds that a thread gets beyond what its recordings may take to end. */
const patience = 5_000

/**
 * Recordings that another thread makes, so that whoever forwards a session only copies what passes. The sessions of a thread that
 * has ended unasked are those that can't be recorded any more; the next one gets a new thread.
 */
export function createRecordingsThread(options: RecordingsThreadOptions): Recordings {
  const { store, deriveKeys, start, ringSize = usualRing, lookEvery = 1_000, onError } = options
  const { settling = 5_000, restartAfter = 1_000 } = options
  const limits = { ...defaultLimits, ...options.limits }
  let current: RecordingThread | null = null
  let lostAt = Number.NEGATIVE_INFINITY
  let closed = false
  /** What threads that have ended counted. */
  const ended = { stored: 0, failures: 0, lost: 0 }
  let watches = 0
  /** Of recordings whose thread has ended: looked at one after another, for each may be large. */
  let looked: Promise<unknown> = Promise.resolve()

  /** Null for a moment after one has ended, so that one that can't run costs little. */
  function thread(): RecordingThread | null {
    if (closed || performance.now() - lostAt < restartAfter) return null
    if (current !== null) return current
    try {
      current = new RecordingThread({ start, limits, ringSize, lookEvery, onError, onLost })
    } catch (error) {
      lostAt = performance.now()
      onError(error, '')
    }
    return current
  }

  function onLost(lost: RecordingThread, reason: Error): void {
    lostAt = performance.now()
    if (current === lost) current = null
    const stats = lost.stats()
    for (const name of ['stored', 'failures', 'lost'] as const) ended[name] += stats[name]
    onError(reason, '')
  }

  function missed(bytes: number): void {
    ended.lost += bytes
  }

  function whatIsStored(id: string, since: number): Promise<RecordingSummary> {
    const found = looked.then(async () => {
      await sleep(Math.max(0, since + settling - performance.now()))
      const { chunks, bytes, head } = await verifyRecording({ store, deriveKeys, id, proven: null })
      return { id, chunks, bytes, head, lost: null }
    })
    looked = found.catch(() => {})
    return found
  }

  return {
    store,
    prepare: () => void thread(),
    async begin(wanted) {
      const used = thread()
      if (used === null) throw notStored()
      const recording = new ThreadRecording({
        session: used.nextSession(),
        id: wanted.id,
        mode: wanted.mode,
        feed: used.feed,
        onGap: wanted.onGap,
        missed,
        whatIsStored: (since) => whatIsStored(wanted.id, since),
      })
      if (!(await used.begin(recording, wanted))) throw notStored()
      return recording
    },
    missed,
    hasten(id) {
      const used = current
      const watch = watches++
      used?.post({ kind: 'hasten', id, watch })
      return () => used?.post({ kind: 'unhasten', id, watch })
    },
    stats() {
      const now = current?.stats() ?? nothingYet
      return {
        ...now,
        stored: ended.stored + now.stored,
        failures: ended.failures + now.failures,
        lost: ended.lost + now.lost,
      }
    },
    async close() {
      closed = true
      await current?.close(limits.drain + patience)
      await withTimeout(looked, settling + patience, () => undefined)
      store.close()
    },
  }
}

const nothingYet: RecordingStats = {
  open: 0,
  waitingBytes: 0,
  waitingChunks: 0,
  stored: 0,
  failures: 0,
  failing: 0,
  failingFor: 0,
  lost: 0,
}
