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
import type { Sql } from 'postgres'
import { ignoreStreamErrors } from '../http/ignore-stream-errors.ts'
import { onConsume } from '../http/on-consume.ts'
import { createCatalogue, type ListedRecording, type RecordingCatalogue } from './catalogue.ts'
import { eventLine } from './event-line.ts'
import { type FollowingOptions, followedText } from './following.ts'
import { recordedEnd } from './recorded-end.ts'

/** Reads recordings. */
export interface RecordingArchive extends Pick<RecordingCatalogue, 'list' | 'find'> {
  /**
   * The asciicast, verified chunk by chunk against what the log says. Its last event, `v`, says what it was found to be: `complete`,
   * `unproven` where its events are no longer in the log, `cut` by a crash, `open` where nobody has closed it yet, or `broken`. A marker
   * before says why; after a chunk that isn't what was recorded the stream breaks off.
   *
   * @param onRead called each time the consumer asks for more
   * @throws RecordingUnavailable without a store, RecordingBroken when nothing of it could be verified
   */
  read(recording: ListedRecording, onRead: () => void): Promise<Readable>
  /**
   * The asciicast of a session that runs, as it is stored. Ends as `read` does, or with a marker that says why it was left.
   *
   * @throws RecordingUnavailable without a store
   */
  follow(recording: ListedRecording, options: FollowingOptions): Readable
}

export interface RecordingArchiveOptions {
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly sql: Sql
  /** Of a recording that is made here: has it stored sooner. @returns the function that ends it */
  readonly flushNow: (id: string) => () => void
}

export function createArchive({ store: given, deriveKeys, sql, flushNow }: RecordingArchiveOptions): RecordingArchive {
  const { list, find } = createCatalogue(sql)

  function theStore(): ObjectStore {
    if (given !== null) return given
    throw new RecordingUnavailable('this gateway has no store for recordings', 'set RECORDINGS to where they were kept')
  }

  return {
    list,
    find,
    follow({ id }, options) {
      const following = followedText({ ...options, store: theStore(), deriveKeys, id, find, flushNow })
      return ignoreStreamErrors(Readable.from(following, { objectMode: true, highWaterMark: 1 }))
    },
    async read(recording, onRead) {
      const store = theStore()
      const stopping = new AbortController()
      const { id } = recording
      const proven = await provenBy(sql, recording)
      const proof = recording.endedAt === null ? 'open' : proven === null ? 'gone' : 'proven'
      const reading = readRecording({ store, deriveKeys, id, proven, signal: stopping.signal })
      const first = await reading.next()
      if (first.done) throw new RecordingBroken(`the recording ${id} can not be shown: ${first.value.problem}`, verify)
      const text = onConsume(textOf(first.value, reading, proof), onRead)
      const stream = ignoreStreamErrors(Readable.from(text, { objectMode: false }))
      return stream.once('close', () => stopping.abort())
    },
  }
}

const verify = 'verify it with rack-gateway audit verify --recordings'

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
    const shown = shownAs(state, proof)
    const why = shown === 'unproven' ? goneFromLog : problem
    if (state !== 'complete' || why !== '') yield eventLine('m', `${shown === 'open' ? state : shown}: ${why}`)
    yield eventLine('v', shown)
    if (state === 'broken') throw new RecordingBroken(problem, verify)
    return
  }
}

/** The proof that a recording is complete: its end in the log, which can be missing. */
type Proof = 'proven' | 'open' | 'gone'

const goneFromLog =
  'each part is sound, but the events that say what there was are no longer in the log; the archive of their month proves it: rack-gateway audit verify --recordings … --archive …'

function shownAs(state: RecordingCheck['state'], proof: Proof): RecordingCheck['state'] | 'open' | 'unproven' {
  if (state === 'broken' || proof === 'proven') return state
  if (proof === 'gone') return 'unproven'
  return state === 'cut' ? 'open' : state
}

/** What its end in the log says; null while there is none. */
async function provenBy(sql: Sql, { endedAt, opened }: ListedRecording): Promise<ProvenRecording | null> {
  if (endedAt === null) return null
  const end = await recordedEnd(sql, { opened, from: endedAt, to: endedAt })
  return end === null ? null : end.recording
}
