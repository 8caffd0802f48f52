import type { MessagePort } from 'node:worker_threads'
import type { ObjectStore } from '@rack-gateway/object-store'
import type { DeriveKeys } from '../chunk.ts'
import { RecordingUnavailable } from '../errors.ts'
import type { Recording } from '../recording.ts'
import { createRecordings } from '../recordings.ts'
import { SecretFinder } from '../secret-finder.ts'
import { writeFigures } from './figures.ts'
import {
  entryKinds,
  type FromThread,
  messageEnds,
  monotonic,
  type SentNeedle,
  type ThreadLink,
  type ToThread,
  thrownThere,
} from './protocol.ts'
import { type RingEntry, RingReader } from './ring.ts'

export interface ServedRecordingsOptions extends ThreadLink {
  readonly port: MessagePort
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
}

/** Bytes that are taken from the ring at a time, before the store has its turn. */
const atATime = 256 * 1024

/** The recordings of the thread that records: what another thread has `createRecordingsThread` for. */
export function serveRecordings({
  port,
  ring,
  figures,
  limits,
  zero,
  store,
  deriveKeys,
}: ServedRecordingsOptions): void {
  const reader = new RingReader(ring)
  const sessions = new Map<number, Recording>()
  const watches = new Map<number, () => void>()
  const known = new Map<number, SecretFinder>()
  /** While an entry is taken, it is when it was written. */
  let entryTime: number | null = null
  let draining = false

  function now(): number {
    return monotonic() - zero
  }

  function tell(message: FromThread): void {
    port.postMessage(message)
  }

  function publish(): void {
    writeFigures(figures, recordings.stats(), now())
  }

  const recordings = createRecordings({
    store: {
      ...store,
      async put(...put) {
        setImmediate(publish)
        try {
          await store.put(...put)
        } finally {
          // What waited for it counts it first.
          setImmediate(publish)
        }
      },
    },
    deriveKeys,
    limits,
    elapsed: () => entryTime ?? now(),
    onError(error, recording) {
      tell({ kind: 'error', recording, error: thrownThere(error) })
      setImmediate(publish)
    },
  })

  async function begin({ session, id, header, mode, input, secrets }: ToThread & { readonly kind: 'begin' }) {
    try {
      const recording = await recordings.begin({
        id,
        header,
        mode,
        input,
        secrets: finderOf(secrets),
        onGap: (gap) => tell({ kind: 'gap', session, gap }),
      })
      recording.attach({
        hold: () => tell({ kind: 'hold', session }),
        resume: () => tell({ kind: 'resume', session }),
        end(reason) {
          // Readiness must report the failing store as soon as the session ends.
          publish()
          tell({ kind: 'end', session, reason })
        },
      })
      sessions.set(session, recording)
      tell({ kind: 'begun', session })
    } catch (error) {
      // Why the store didn't take it was told.
      if (!(error instanceof RecordingUnavailable)) tell({ kind: 'error', recording: id, error: thrownThere(error) })
      tell({ kind: 'refused', session })
    }
    publish()
  }

  function finderOf(number: number | null): SecretFinder | null {
    if (number === null) return null
    const finder = known.get(number)
    if (finder === undefined) throw new Error('what is secret in a session is not known to the thread that records it')
    return finder
  }

  function take(entry: RingEntry): void {
    const recording = sessions.get(entry.session)
    if (recording === undefined) return
    entryTime = entry.at
    try {
      takeFor(recording, entry)
    } catch (error) {
      sessions.delete(entry.session)
      tell({ kind: 'error', recording: recording.id, error: thrownThere(error) })
      tell({ kind: 'failed', session: entry.session })
    } finally {
      entryTime = null
    }
  }

  function takeFor(recording: Recording, { session, kind, piece }: RingEntry): void {
    const end = (kind & messageEnds) !== 0
    switch (kind & ~messageEnds) {
      case entryKinds.output:
        recording.take('o', piece, end)
        break
      case entryKinds.input:
        recording.take('i', piece, end)
        break
      case entryKinds.sawEnd:
        recording.sawEnd()
        break
      case entryKinds.finish:
        finish(session, recording, piece.toString())
        break
      default:
        throw new Error(`no entry is of kind ${kind}`)
    }
  }

  function finish(session: number, recording: Recording, how: string): void {
    const summary = recording.finish(how)
    sessions.delete(session)
    // Whoever hears of it may look at the figures.
    publish()
    tell({ kind: 'finished', session, summary })
    void recording.stored().then(() => tell({ kind: 'stored', session }))
  }

  function drain(): void {
    draining = false
    let taken = 0
    for (let bytes = reader.read(take); bytes > 0 && taken < atATime; bytes = reader.read(take)) taken += bytes
    if (reader.waiting < reader.size / 4 && reader.takeWish()) tell({ kind: 'room' })
    publish()
    if (!reader.sleep()) drainSoon()
  }

  function drainSoon(): void {
    if (draining) return
    draining = true
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
      case 'know':
        known.set(message.secrets, finderFrom(message.needles))
        break
      case 'forget':
        known.delete(message.secrets)
        break
      case 'wake':
        drainSoon()
        break
      case 'ping':
        tell({ kind: 'pong' })
        break
      case 'hasten':
        watches.set(message.watch, recordings.hasten(message.id))
        break
      case 'unhasten':
        watches.get(message.watch)?.()
        watches.delete(message.watch)
        break
      case 'close':
        void close()
        break
    }
  })
  reader.sleep()
}

function finderFrom(needles: readonly SentNeedle[]): SecretFinder {
  return new SecretFinder(needles.map(({ text, mark }) => ({ bytes: Buffer.from(text, 'latin1'), mark })))
}
