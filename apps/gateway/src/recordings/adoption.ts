import { type EventDraft, unescapeVisibleText } from '@rack-gateway/audit'
import type { ObjectStore } from '@rack-gateway/object-store'
import { type DeriveKeys, type RecordingCheck, verifyRecording } from '@rack-gateway/recordings'
import type { Sql, TransactionSql } from 'postgres'
import { recordedEnd } from './recorded-end.ts'
import { alone } from './rounds.ts'

export interface RecordingAdoptionOptions {
  readonly sql: Sql
  readonly store: ObjectStore
  readonly deriveKeys: DeriveKeys
  readonly now: () => number
  /** Resolves when it is durable. */
  readonly record: (draft: EventDraft) => Promise<unknown>
  readonly onError: (error: unknown, recording: string) => void
}

interface LeftRecording {
  readonly id: string
  readonly stream: string
  readonly opened: string
  readonly startedAt: Date
  readonly mode: string
  readonly rack: string
  readonly app: string | null
  readonly process: string | null
}

/** Recordings that are looked at in one round. */
const most = 100

/**
 * Closes recordings whose process is gone: what of them is stored, and the head of its chain, is said in the log, once.
 * Whether a process is gone is decided by the adoption of streams: its last stream has an adopter.
 */
export async function adoptRecordings(options: RecordingAdoptionOptions, signal: AbortSignal): Promise<void> {
  const { sql, onError } = options
  await alone(sql, 'rack-gateway: adoption of recordings', async () => {
    for (const left of await leftRecordings(sql)) {
      if (signal.aborted) return
      await adopt(options, left, signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error, left.id)
      })
    }
  })
}

/** A stream that ends with its month has one that follows it, and so has one that was adopted while its process slept. */
function leftRecordings(sql: Sql): Promise<LeftRecording[]> {
  return sql<LeftRecording[]>`
    select id, stream, opened, started_at as "startedAt", mode, rack, app, process from gateway.recordings recording
    where ended_at is null and exists (
      with recursive written as (
        select id, adopted_by from audit.streams where id = recording.stream
        union all
        select next.id, next.adopted_by from audit.streams next join written on next.follows = written.id
      )
      select from written last where last.adopted_by is not null
        and not exists (select from audit.streams next where next.follows = last.id))
    order by id limit ${most}`
}

async function adopt(options: RecordingAdoptionOptions, left: LeftRecording, signal: AbortSignal): Promise<void> {
  const { sql, store, deriveKeys, now, record } = options
  const check = await verifyRecording({ store, deriveKeys, id: left.id, proven: null, signal })
  await sql.begin(async (transaction) => {
    const [open] = await transaction`
      select from gateway.recordings where id = ${left.id} and ended_at is null for update skip locked`
    if (!open) return
    const at = new Date(now())
    const said = await recordedEnd(sql, { opened: left.opened, from: left.startedAt, to: at })
    if (said !== null) return end(transaction, left.id, said)
    await end(transaction, left.id, { at, recording: { ...check, lost: null } })
    // The row stays locked until the commit, which comes after the event. A process that finds the row open again finds the event, too.
    await record(closedDraft(left, check))
  })
}

async function end(
  sql: TransactionSql,
  id: string,
  { at, recording: { chunks, bytes, head, lost } }: NonNullable<Awaited<ReturnType<typeof recordedEnd>>>,
): Promise<void> {
  await sql`
    update gateway.recordings set ended_at = ${at}, chunks = ${chunks}, bytes = ${bytes}, head = ${head}, lost = ${lost}
    where id = ${id}`
}

function closedDraft(left: LeftRecording, { state, problem, chunks, bytes, head }: RecordingCheck): EventDraft {
  const { id, stream, opened, mode, rack, app, process } = left
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
