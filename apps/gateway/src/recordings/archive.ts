import { Readable } from 'node:stream'
import type { ObjectStore } from '@rack-gateway/object-store'
import {
  type DeriveKeys,
  type ProvenRecording,
  RecordingBroken,
  type RecordingCheck,
  RecordingUnavailable,
  readRecording,
} from '@rack-gateway/recordings'
import { type CastState, formatEvent } from '@rack-gateway/recordings/asciicast'
import type { Sql } from 'postgres'
import { ignoreStreamErrors } from '../http/ignore-stream-errors.ts'
import { onConsume } from '../http/on-consume.ts'
import { type FollowingOptions, followedText } from './following.ts'
import { recordedEnd } from './recorded-end.ts'
import { createRecordingIndex, type ListedRecording, type RecordingIndex } from './recording-index.ts'

export interface RecordingArchive extends Pick<RecordingIndex, 'list' | 'find'> {
  /**
   * The asciicast, verified chunk by chunk against the audit log. The last event, `v`, is the result: `complete`, `cut`
   * by a crash, `open` if the recording has no end yet, `unproven` if its events are no longer in the log, or `broken`.
   * For each result but `complete`, a marker before the result says why. The response breaks off at an invalid chunk.
   *
   * @param onRead called each time the consumer asks for more
   * @throws RecordingUnavailable without a store, RecordingBroken if no chunk could be verified
   */
  read(recording: ListedRecording, onRead: () => void): Promise<Readable>
  /**
   * The asciicast of a live session. Yields each chunk after the chunk is stored. The last event, `v`, is `complete`,
   * `cut`, or `broken`. If the response stops before the session ends, a marker says why, and `v` is `open`.
   *
   * @throws RecordingUnavailable without a store
   */
  follow(recording: ListedRecording, options: FollowingOptions): Readable
}

export interface RecordingArchiveOptions {
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly sql: Sql
  /** Stores the chunks of a recording of this process sooner, until the returned function is called. */
  readonly follow: (id: string) => () => void
}

export function createArchive({
  store: configuredStore,
  deriveKeys,
  sql,
  follow,
}: RecordingArchiveOptions): RecordingArchive {
  const { list, find } = createRecordingIndex(sql)

  function requireStore(): ObjectStore {
    if (configuredStore !== null) return configuredStore
    throw new RecordingUnavailable('This gateway has no store for recordings.', 'Set RECORDINGS to their store.')
  }

  return {
    list,
    find,
    follow({ id }, options) {
      const following = followedText({ ...options, store: requireStore(), deriveKeys, id, find, follow })
      return ignoreStreamErrors(Readable.from(following, { objectMode: true, highWaterMark: 1 }))
    },
    async read(recording, onRead) {
      const store = requireStore()
      const stopping = new AbortController()
      const { id } = recording
      const proven = await provenBy(sql, recording)
      const proof = recording.endedAt === null ? 'open' : proven === null ? 'gone' : 'proven'
      const reading = readRecording({ store, deriveKeys, id, proven, signal: stopping.signal })
      const first = await reading.next()
      if (first.done)
        throw new RecordingBroken(`The recording ${id} cannot be shown: ${first.value.problem}.`, verifyRemedy)
      const text = onConsume(textOf(first.value, reading, proof), onRead)
      const stream = ignoreStreamErrors(Readable.from(text, { objectMode: false }))
      return stream.once('close', () => stopping.abort())
    },
  }
}

const verifyRemedy = 'Verify it with rack-gateway audit verify --recordings.'

async function* textOf(
  first: Buffer,
  reading: AsyncGenerator<Buffer, RecordingCheck>,
  proof: Proof,
): AsyncGenerator<Buffer> {
  yield first
  for (;;) {
    const step = await reading.next()
    if (!step.done) {
      yield step.value
      continue
    }
    const { state, problem } = step.value
    const shown = stateWithProof(state, proof)
    const why = shown === 'unproven' ? goneFromLog : problem
    if (state !== 'complete' || why !== '')
      yield Buffer.from(formatEvent('m', `${shown === 'open' ? state : shown}: ${why}`))
    yield Buffer.from(formatEvent('v', shown))
    if (state === 'broken') throw new RecordingBroken(problem, verifyRemedy)
    return
  }
}

/**
 * Whether the audit log has the end of a recording, which proves that the recording is complete.
 * `open`: the recording has not ended. `gone`: the event is no longer in the log.
 */
type Proof = 'proven' | 'open' | 'gone'

const goneFromLog =
  'each chunk is valid, but the events that prove how many there were are no longer in the log; verify the recording with the archive of its month: rack-gateway audit verify --recordings … --archive …'

function stateWithProof(state: RecordingCheck['state'], proof: Proof): CastState {
  if (state === 'broken' || proof === 'proven') return state
  if (proof === 'gone') return 'unproven'
  return state === 'cut' ? 'open' : state
}

/** Null if the log has no end of the recording. */
async function provenBy(sql: Sql, { endedAt, opened }: ListedRecording): Promise<ProvenRecording | null> {
  if (endedAt === null) return null
  const end = await recordedEnd(sql, { opened, from: endedAt, to: endedAt })
  return end === null ? null : end.recording
}
