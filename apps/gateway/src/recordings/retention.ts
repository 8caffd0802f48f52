import { type EventDraft, unescapeVisibleText } from '@rack-gateway/audit'
import type { ObjectStore } from '@rack-gateway/object-store'
import { chunkPrefix } from '@rack-gateway/recordings'
import type { Sql } from 'postgres'
import { runExclusively } from './periodic-work.ts'
import type { ListedRecording } from './recording-index.ts'

export interface RecordingRetention {
  /** How long a recording is kept after its end, in milliseconds; null: without limit. */
  readonly keep: number | null
  /** The maximum total size of ended recordings, in bytes; null: without limit. The oldest are removed first. */
  readonly maxSize: number | null
}

export interface RemovalOptions extends RecordingRetention {
  readonly sql: Sql
  readonly store: ObjectStore
  readonly now: () => number
  /** Resolves when the event is durable. */
  readonly record: (draft: EventDraft) => Promise<unknown>
  readonly onError: (error: unknown, recording: string) => void
}

type OldRecording = Pick<ListedRecording, 'id' | 'opened' | 'rack' | 'app' | 'process' | 'chunks' | 'bytes' | 'head'>

/** The maximum number of recordings that are removed in one run, for each reason. */
const batchSize = 200

/**
 * The event and the row are written before the first chunk is deleted, so another process can finish an interrupted
 * removal.
 */
export async function removeOldRecordings(options: RemovalOptions, signal: AbortSignal): Promise<void> {
  const { sql, keep, maxSize, now } = options
  await runExclusively(sql, 'rack-gateway: retention of recordings', async () => {
    if (keep !== null)
      for (const old of await olderThan(sql, new Date(now() - keep)))
        if (!signal.aborted) await markForRemoval(options, old, 'its retention period is over')
    if (maxSize !== null)
      for (const old of await overSizeLimit(sql, maxSize))
        if (!signal.aborted)
          await markForRemoval(options, old, 'recordings exceeded RECORDINGS_MAX_SIZE, and this was the oldest')
    await deleteMarked(options, signal)
  })
}

async function deleteMarked({ sql, store, now, onError }: RemovalOptions, signal: AbortSignal): Promise<void> {
  const marked = await sql<{ id: string }[]>`
    select id from gateway.recordings where removed_because is not null and removed_at is null order by id`
  for (const { id } of marked) {
    if (signal.aborted) return
    try {
      for await (const { key } of store.list(chunkPrefix(id), { signal })) await store.remove(key, { signal })
      await sql`update gateway.recordings set removed_at = ${new Date(now())} where id = ${id}`
    } catch (error) {
      if (!signal.aborted) onError(error, id)
    }
  }
}

async function markForRemoval(
  { sql, record, onError }: RemovalOptions,
  old: OldRecording,
  because: string,
): Promise<void> {
  await sql
    .begin(async (transaction) => {
      const { count } = await transaction`
        update gateway.recordings set removed_because = ${because} where id = ${old.id} and removed_because is null`
      if (count > 0) await record(removedDraft(old, because))
    })
    .catch((error: unknown) => onError(error, old.id))
}

function olderThan(sql: Sql, end: Date): Promise<OldRecording[]> {
  return sql<OldRecording[]>`
    select id, opened, rack, app, process, chunks::float8 as chunks, bytes::float8 as bytes, head from gateway.recordings
    where ended_at < ${end} and removed_because is null order by ended_at limit ${batchSize}`
}

function overSizeLimit(sql: Sql, size: number): Promise<OldRecording[]> {
  return sql<OldRecording[]>`
    select id, opened, rack, app, process, chunks::float8 as chunks, bytes::float8 as bytes, head from (
      select *, sum(coalesce(bytes, 0)) over (order by ended_at desc, id desc) as with_newer from gateway.recordings
      where ended_at is not null and removed_because is null) kept
    where with_newer > ${size} order by ended_at, id limit ${batchSize}`
}

function removedDraft(
  { id, opened, rack, app, process, chunks, bytes, head }: OldRecording,
  because: string,
): EventDraft {
  return {
    kind: 'recording.removed',
    of: opened,
    rack,
    ...(app !== null && { app }),
    ...(process !== null && { process: unescapeVisibleText(process) }),
    recording: {
      id,
      ...(chunks !== null && { chunks }),
      ...(bytes !== null && { bytes }),
      ...(head !== null && { head }),
    },
    detail: { because },
  }
}
