import { type EventDraft, unescapeVisibleText } from '@rack-gateway/audit'
import type { ObjectStore } from '@rack-gateway/object-store'
import { type DeriveKeys, type RecordingCheck, verifyRecording } from '@rack-gateway/recordings'
import type { Sql } from 'postgres'
import { runExclusively } from './periodic-work.ts'
import { recordedEnd } from './recorded-end.ts'
import { type StartedRecording, storeEnd } from './recording-index.ts'

export interface RecordingAdoptionOptions {
  readonly sql: Sql
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly now: () => number
  /** Resolves when the event is durable. */
  readonly record: (draft: EventDraft) => Promise<unknown>
  readonly onError: (error: unknown, recording: string) => void
}

type AbandonedRecording = Omit<StartedRecording, 'principal' | 'principalName' | 'route' | 'command' | 'grant'>

/** The maximum number of recordings in one run. */
const batchSize = 100

/**
 * Closes the recordings of gateway processes that have ended. Records an event with the stored chunks and the head of
 * their chain, unless the audit log already has the end of the recording.
 *
 * A process counts as ended if its last audit stream was adopted: the lease of the stream expired, and another process
 * closed the stream.
 */
export async function adoptRecordings(options: RecordingAdoptionOptions, signal: AbortSignal): Promise<void> {
  const { sql, onError } = options
  await runExclusively(sql, 'rack-gateway: adoption of recordings', async () => {
    for (const abandoned of await abandonedRecordings(sql)) {
      if (signal.aborted) return
      await adopt(options, abandoned, signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error, abandoned.id)
      })
    }
  })
}

/**
 * A process opens another stream after the end of a month, and after its stream was adopted while the process was
 * suspended. Only the last stream of a process says whether the process has ended.
 */
function abandonedRecordings(sql: Sql): Promise<AbandonedRecording[]> {
  return sql<AbandonedRecording[]>`
    select id, stream, opened, started_at as "startedAt", mode, rack, app, process from gateway.recordings recording
    where ended_at is null and exists (
      with recursive written as (
        select id, adopted_by from audit.streams where id = recording.stream
        union all
        select next.id, next.adopted_by from audit.streams next join written on next.follows = written.id
      )
      select from written last where last.adopted_by is not null
        and not exists (select from audit.streams next where next.follows = last.id))
    order by id limit ${batchSize}`
}

async function adopt(
  options: RecordingAdoptionOptions,
  abandoned: AbandonedRecording,
  signal: AbortSignal,
): Promise<void> {
  const { sql, store, deriveKeys, now, record } = options
  const check = await verifyRecording({ store, deriveKeys, id: abandoned.id, proven: null, signal })
  await sql.begin(async (transaction) => {
    const [open] = await transaction`
      select from gateway.recordings where id = ${abandoned.id} and ended_at is null for update skip locked`
    if (!open) return
    const at = new Date(now())
    const recorded = await recordedEnd(sql, { opened: abandoned.opened, from: abandoned.startedAt, to: at })
    if (recorded !== null) return storeEnd(transaction, abandoned.id, recorded)
    await storeEnd(transaction, abandoned.id, { at, recording: { ...check, lost: null } })
    // The row stays locked until the event is durable. If the commit then fails, the next run finds the event.
    await record(closedDraft(abandoned, check))
  })
}

function closedDraft(
  abandoned: AbandonedRecording,
  { state, problem, chunks, bytes, head }: RecordingCheck,
): EventDraft {
  const { id, stream, opened, mode, rack, app, process } = abandoned
  return {
    kind: 'recording.closed',
    of: opened,
    rack,
    ...(app !== null && { app }),
    ...(process !== null && { process: unescapeVisibleText(process) }),
    close: 'the process that recorded it is gone',
    recording: { id, mode, chunks, bytes, head },
    detail: { stream, state, ...(problem !== '' && { problem }) },
  }
}
