import type { MessagePort } from 'node:worker_threads'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { RecordingUnavailable } from '../errors.ts'
import type { Recording } from '../recording.ts'
import { createRecordings } from '../recordings.ts'
import { SecretFinder } from '../secret-finder.ts'
import {
  entryKinds,
  type FromThread,
  messageEnds,
  monotonicNow,
  type SerializedNeedle,
  serializeError,
  type ThreadLink,
  type ToThread,
} from './protocol.ts'
import { type RingEntry, RingReader } from './ring.ts'
import { writeSharedStats } from './shared-stats.ts'

export interface ServeRecordingsOptions extends ThreadLink {
  readonly port: MessagePort
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
}

/** Bytes that are read from the ring before other tasks of the thread run. */
const drainBytes = 256 * 1024

/** Runs in the recording thread: the other side of `createRecordingsThread`. */
export function serveRecordings({
  port,
  ring,
  stats,
  limits,
  clockOrigin,
  store,
  deriveKeys,
}: ServeRecordingsOptions): void {
  const reader = new RingReader(ring)
  const sessions = new Map<number, Recording>()
  const followers = new Map<number, () => void>()
  const finders = new Map<number, SecretFinder>()
  /** The time of the entry that is being handled; null outside of one. */
  let entryTime: number | null = null
  let isDrainScheduled = false

  function now(): number {
    return monotonicNow() - clockOrigin
  }

  function post(message: FromThread): void {
    port.postMessage(message)
  }

  function publish(): void {
    writeSharedStats(stats, recordings.stats(), now())
  }

  const recordings = createRecordings({
    store: {
      ...store,
      async put(...put) {
        setImmediate(publish)
        try {
          await store.put(...put)
        } finally {
          // `setImmediate` runs after the upload queue has updated its totals.
          setImmediate(publish)
        }
      },
    },
    deriveKeys,
    limits,
    elapsed: () => entryTime ?? now(),
    onError(error, recording) {
      post({ kind: 'error', recording, error: serializeError(error) })
      setImmediate(publish)
    },
  })

  async function begin({ session, id, header, mode, finder }: ToThread & { readonly kind: 'begin' }) {
    try {
      const recording = await recordings.begin({
        id,
        header,
        mode,
        secrets: finderOf(finder),
        onGap: (gap) => post({ kind: 'gap', session, gap }),
      })
      recording.attach({
        pause: () => post({ kind: 'pause', session }),
        resume: () => post({ kind: 'resume', session }),
        end(reason) {
          // Readiness must report the failing store as soon as the session ends.
          publish()
          post({ kind: 'failure', session, reason })
        },
      })
      sessions.set(session, recording)
      post({ kind: 'begun', session })
    } catch (error) {
      // The reason was already posted as an `error` message.
      if (!(error instanceof RecordingUnavailable)) post({ kind: 'error', recording: id, error: serializeError(error) })
      post({ kind: 'refused', session })
    }
    publish()
  }

  function finderOf(number: number | null): SecretFinder | null {
    if (number === null) return null
    const finder = finders.get(number)
    if (finder === undefined) throw new Error('The recording thread does not have the secrets of this session.')
    return finder
  }

  function handleEntry(entry: RingEntry): void {
    const recording = sessions.get(entry.session)
    if (recording === undefined) return
    entryTime = entry.at
    try {
      applyEntry(recording, entry)
    } catch (error) {
      sessions.delete(entry.session)
      post({ kind: 'error', recording: recording.id, error: serializeError(error) })
      post({ kind: 'lost', session: entry.session })
    } finally {
      entryTime = null
    }
  }

  function applyEntry(recording: Recording, { session, kind, piece }: RingEntry): void {
    const end = (kind & messageEnds) !== 0
    switch (kind & ~messageEnds) {
      case entryKinds.output:
        recording.write('o', piece, end)
        break
      case entryKinds.input:
        recording.write('i', piece, end)
        break
      case entryKinds.rackEnd:
        recording.onRackEnd()
        break
      case entryKinds.finish:
        finish(session, recording, piece.toString())
        break
      default:
        throw new Error(`Unknown entry kind ${kind}.`)
    }
  }

  function finish(session: number, recording: Recording, lastMarker: string): void {
    const summary = recording.finish(lastMarker)
    sessions.delete(session)
    // The receiver of the message may read the statistics.
    publish()
    post({ kind: 'finished', session, summary })
    void recording.stored().then(() => post({ kind: 'stored', session }))
  }

  function drain(): void {
    isDrainScheduled = false
    let taken = 0
    for (let bytes = reader.read(handleEntry); bytes > 0 && taken < drainBytes; bytes = reader.read(handleEntry))
      taken += bytes
    if (reader.waiting < reader.size / 4 && reader.takeRoomRequest()) post({ kind: 'room' })
    publish()
    if (!reader.sleep()) drainSoon()
  }

  function drainSoon(): void {
    if (isDrainScheduled) return
    isDrainScheduled = true
    setImmediate(drain)
  }

  async function close(): Promise<void> {
    await recordings.close()
    publish()
    port.close()
  }

  port.on('message', (message: ToThread) => {
    switch (message.kind) {
      case 'begin':
        void begin(message)
        break
      case 'add-finder':
        finders.set(message.finder, createFinder(message.needles))
        break
      case 'remove-finder':
        finders.delete(message.finder)
        break
      case 'wake':
        drainSoon()
        break
      case 'ping':
        post({ kind: 'pong' })
        break
      case 'follow':
        followers.set(message.follower, recordings.follow(message.id))
        break
      case 'unfollow':
        followers.get(message.follower)?.()
        followers.delete(message.follower)
        break
      case 'close':
        void close()
        break
    }
  })
  reader.sleep()
}

function createFinder(needles: readonly SerializedNeedle[]): SecretFinder {
  return new SecretFinder(needles.map(({ text, mark }) => ({ bytes: Buffer.from(text, 'latin1'), mark })))
}
