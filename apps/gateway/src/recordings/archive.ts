import { Readable } from 'node:stream'
import type { AuditEvent } from '@rack-gateway/audit'
import type { ObjectStore } from '@rack-gateway/object-store'
import {
  type DeriveKeys,
  type ProvenRecording,
  RecordingBroken,
  RecordingUnavailable,
  type RecordingVerdict,
  readRecording,
} from '@rack-gateway/recordings'
import type { Sql } from 'postgres'
import { createCatalogue, type ListedRecording, type RecordingCatalogue } from './catalogue.ts'

/** Recordings, for who may see them. */
export interface RecordingArchive extends Pick<RecordingCatalogue, 'list' | 'find'> {
  /**
   * The asciicast, verified chunk by chunk against what the log says. One that ends early says so in its last marker;
   * after a chunk that isn't what was recorded the stream breaks off.
   *
   * @throws RecordingUnavailable without a store, RecordingBroken when nothing of it could be verified
   */
  read(recording: ListedRecording): Promise<Readable>
}

export interface RecordingArchiveOptions {
  readonly store: ObjectStore | null
  readonly deriveKeys: DeriveKeys
  readonly sql: Sql
}

export function createArchive({ store, deriveKeys, sql }: RecordingArchiveOptions): RecordingArchive {
  const { list, find } = createCatalogue(sql)
  return {
    list,
    find,
    async read(recording) {
      if (store === null)
        throw new RecordingUnavailable(
          'this gateway has no store for recordings; set RECORDINGS to where they were kept',
        )
      const stopping = new AbortController()
      const { id } = recording
      const proven = await provenBy(sql, recording)
      const reading = readRecording({ store, deriveKeys, id, proven, signal: stopping.signal })
      const first = await reading.next()
      if (first.done) throw new RecordingBroken(`the recording ${id} can not be shown: ${first.value.problem}`)
      const stream = Readable.from(textOf(first.value, reading), { objectMode: false })
      return stream.once('close', () => stopping.abort())
    },
  }
}

async function* textOf(first: Buffer, reading: AsyncGenerator<Buffer, RecordingVerdict>): AsyncGenerator<Buffer> {
  yield first
  for (;;) {
    const step = await reading.next()
    if (!step.done) {
      yield step.value
      continue
    }
    const { state, problem } = step.value
    if (state !== 'complete') yield Buffer.from(`${JSON.stringify([0, 'm', `${state}: ${problem}`])}\n`)
    if (state === 'broken') throw new RecordingBroken(problem)
    return
  }
}

/** Two clocks may differ, and an event can be late. */
const around = 3_600_000

/** What its `closed` event says; null while there is none. */
async function provenBy(sql: Sql, { endedAt, opened }: ListedRecording): Promise<ProvenRecording | null> {
  if (endedAt === null) return null
  const [found] = await sql<{ canonical: string }[]>`
    select canonical from audit.events
    where kind = 'closed' and of_event = ${opened}
      and at between ${new Date(endedAt.getTime() - around)} and ${new Date(endedAt.getTime() + around)}
    limit 1`
  if (!found) return null
  const { recording }: AuditEvent = JSON.parse(found.canonical)
  return recording?.head === undefined || recording.chunks === undefined
    ? null
    : { head: recording.head, chunks: recording.chunks }
}
