import { isUuid } from '@rack-gateway/audit/events'
import type { RecordingSummary } from '@rack-gateway/recordings'
import type { Sql, TransactionSql } from 'postgres'
import type { RecordedEnd } from './recorded-end.ts'

interface RecordedSession {
  readonly id: string
  readonly startedAt: Date
  /** The ID of the `opened` event. */
  readonly opened: string
  readonly mode: string
  readonly principal: string
  readonly principalName: string
  readonly rack: string
  readonly app: string | null
  readonly process: string | null
  readonly route: string
  readonly command: string | null
  /** The ID of the grant that allowed the session; null if bindings allowed it. */
  readonly grant: string | null
}

export interface StartedRecording extends RecordedSession {
  /** The audit stream of the process that records the session. */
  readonly stream: string
}

export interface ListedRecording extends RecordedSession {
  /** Null while the session runs, and after a crash until another process ends the recording. */
  readonly endedAt: Date | null
  readonly chunks: number | null
  readonly bytes: number | null
  /** The head of the hash chain of the chunks, in hex. */
  readonly head: string | null
  /** The number of missing bytes. */
  readonly lost: number | null
  readonly removedAt: Date | null
  readonly removedBecause: string | null
}

export interface RecordingFilter {
  readonly id?: string | undefined
  readonly rack?: string | undefined
  readonly app?: string | undefined
  /** The ID or the name of a principal. */
  readonly principal?: string | undefined
  readonly process?: string | undefined
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly to?: Date | undefined
  readonly state?: 'open' | 'ended' | 'removed' | undefined
}

/** The list of recordings. It proves nothing: only the events in the audit log are evidence. */
export interface RecordingIndex {
  add(recording: StartedRecording): Promise<void>
  /**
   * Stores the end that the recording process reports. Replaces an end that another process stored, because the
   * recording process seemed to have ended.
   */
  end(summary: RecordingSummary, at: Date): Promise<void>
  find(id: string): Promise<ListedRecording | null>
  /** Newest first. @param before the last ID of the previous page */
  list(
    filter: RecordingFilter,
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<ListedRecording[]>
}

export function createRecordingIndex(sql: Sql): RecordingIndex {
  const columns = sql`
    id, started_at as "startedAt", ended_at as "endedAt", opened, mode, principal, principal_name as "principalName",
    rack, app, process, route, command, grant_id as "grant", chunks::float8 as chunks, bytes::float8 as bytes, head, lost::float8 as lost,
    removed_at as "removedAt", removed_because as "removedBecause"`
  const states = {
    open: sql`ended_at is null`,
    ended: sql`ended_at is not null and removed_because is null`,
    removed: sql`removed_because is not null`,
  }

  return {
    async add(recording) {
      const {
        id,
        startedAt,
        stream,
        opened,
        mode,
        principal,
        principalName,
        rack,
        app,
        process,
        route,
        command,
        grant,
      } = recording
      await sql`
        insert into gateway.recordings
          (id, started_at, stream, opened, mode, principal, principal_name, rack, app, process, route, command, grant_id)
        values
          (${id}, ${startedAt}, ${stream}, ${opened}, ${mode}, ${principal}, ${principalName}, ${rack}, ${app}, ${process}, ${route}, ${command}, ${grant})`
    },
    end: ({ id, ...recording }, at) => storeEnd(sql, id, { at, recording }),
    async find(id) {
      if (!isUuid(id.toLowerCase())) return null
      const [found] = await sql<ListedRecording[]>`select ${columns} from gateway.recordings where id = ${id}`
      return found ?? null
    },
    async list({ id, rack, app, principal, process, from, to, state }, { before, limit }) {
      return sql<ListedRecording[]>`
        select ${columns} from gateway.recordings
        where ${before === null ? sql`true` : sql`id < ${before}`}
          and ${id === undefined ? sql`true` : sql`id = ${id}`}
          and ${rack === undefined ? sql`true` : sql`rack = ${rack}`}
          and ${app === undefined ? sql`true` : sql`app = ${app}`}
          and ${principal === undefined ? sql`true` : sql`(principal = ${principal} or principal_name = ${principal})`}
          and ${process === undefined ? sql`true` : sql`process = ${process}`}
          and ${from === undefined ? sql`true` : sql`started_at >= ${from}`}
          and ${to === undefined ? sql`true` : sql`started_at < ${to}`}
          and ${state === undefined ? sql`true` : states[state]}
        order by id desc limit ${limit}`
    },
  }
}

export async function storeEnd(
  sql: Sql | TransactionSql,
  id: string,
  { at, recording: { chunks, bytes, head, lost } }: RecordedEnd,
): Promise<void> {
  await sql`
    update gateway.recordings set ended_at = ${at}, chunks = ${chunks}, bytes = ${bytes}, head = ${head}, lost = ${lost}
    where id = ${id}`
}
