import { setTimeout as sleep } from 'node:timers/promises'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { defaultLimits, type RecordingLimits } from '../limits.ts'
import { verifyRecording } from '../reader.ts'
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
  readonly onError: (error: unknown, recording: string) => void
}

const usualRing = 4 * 1024 * 1024
/** Milliseconds that a thread gets beyond what its recordings may take to end. */
const patience = 5_000
/** Milliseconds after the end of a thread in which what it had sent to the store may still come there. */
const settling = 1_000

/**
 * Recordings that another thread makes, so that whoever forwards a session only copies what passes. The sessions of a thread that
 * has ended unasked are those that can't be recorded any more; the next one gets a new thread.
 */
export function createRecordingsThread(options: RecordingsThreadOptions): Recordings {
  const { store, deriveKeys, start, ringSize = usualRing, onError } = options
  const limits = { ...defaultLimits, ...options.limits }
  let current: RecordingThread | null = null
  /** What threads that have ended counted. */
  const ended = { stored: 0, failures: 0, lost: 0 }
  let watches = 0

  function thread(): RecordingThread {
    current ??= new RecordingThread({ start, limits, ringSize, onError, onLost })
    return current
  }

  function onLost(lost: RecordingThread, reason: Error): void {
    if (current === lost) current = null
    const stats = lost.stats()
    for (const name of ['stored', 'failures', 'lost'] as const) ended[name] += stats[name]
    onError(reason, '')
  }

  function missed(bytes: number): void {
    ended.lost += bytes
  }

  return {
    store,
    prepare: () => void thread(),
    async begin(wanted) {
      const used = thread()
      const recording = new ThreadRecording({
        session: used.nextSession(),
        id: wanted.id,
        mode: wanted.mode,
        feed: used.feed,
        onGap: wanted.onGap,
        missed,
        async whatIsStored() {
          await sleep(settling)
          const { chunks, bytes, head } = await verifyRecording({ store, deriveKeys, id: wanted.id, proven: null })
          return { id: wanted.id, chunks, bytes, head, lost: null }
        },
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
      await current?.close(limits.drain + patience)
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
