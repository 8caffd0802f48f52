import type { RecordingSummary } from '@rack-gateway/recordings'
import type { Sql } from 'postgres'

/** A recorded session as it is listed. */
export interface ListedRecording {
  readonly id: string
  readonly startedAt: Date
  /** Null while it runs, and of one that a crash has left. */
  readonly endedAt: Date | null
  /** The id of the `opened` event. */
  readonly opened: string
  readonly mode: string
  readonly principal: string
  readonly principalName: string
  readonly rack: string
  readonly app: string | null
  readonly process: string | null
  readonly route: string
  readonly command: string | null
  readonly chunks: number | null
  readonly bytes: number | null
  readonly head: string | null
  readonly lost: number | null
}

export type StartedRecording = Pick<
  ListedRecording,
  | 'id'
  | 'startedAt'
  | 'opened'
  | 'mode'
  | 'principal'
  | 'principalName'
  | 'rack'
  | 'app'
  | 'process'
  | 'route'
  | 'command'
> & {
  /** The stream of the process that records it. */
  readonly stream: string
}

export interface RecordingFilter {
  readonly rack?: string | undefined
  readonly app?: string | undefined
  /** The id of a principal. */
  readonly principal?: string | undefined
}

/** Where recordings are found. What they have to come to is in the events; nothing here proves anything. */
export interface RecordingCatalogue {
  add(recording: StartedRecording): Promise<void>
  end(summary: RecordingSummary, at: Date): Promise<void>
  find(id: string): Promise<ListedRecording | null>
  /** Newest first. @param before the id that the page before ended with */
  list(
    filter: RecordingFilter,
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<ListedRecording[]>
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function createCatalogue(sql: Sql): RecordingCatalogue {
  const columns = sql`
    id, started_at as "startedAt", ended_at as "endedAt", opened, mode, principal, principal_name as "principalName",
    rack, app, process, route, command, chunks::float8 as chunks, bytes::float8 as bytes, head, lost::float8 as lost`

  return {
    async add(recording) {
      const { id, startedAt, stream, opened, mode, principal, principalName, rack, app, process, route, command } =
        recording
      await sql`
        insert into gateway.recordings
          (id, started_at, stream, opened, mode, principal, principal_name, rack, app, process, route, command)
        values
          (${id}, ${startedAt}, ${stream}, ${opened}, ${mode}, ${principal}, ${principalName}, ${rack}, ${app}, ${process}, ${route}, ${command})`
    },
    async end({ id, chunks, bytes, head, lost }, at) {
      await sql`
        update gateway.recordings set ended_at = ${at}, chunks = ${chunks}, bytes = ${bytes}, head = ${head}, lost = ${lost}
        where id = ${id} and ended_at is null`
    },
    async find(id) {
      if (!uuid.test(id)) return null
      const [found] = await sql<ListedRecording[]>`select ${columns} from gateway.recordings where id = ${id}`
      return found ?? null
    },
    async list({ rack, app, principal }, { before, limit }) {
      return sql<ListedRecording[]>`
        select ${columns} from gateway.recordings
        where ${before === null ? sql`true` : sql`id < ${before}`}
          and ${rack === undefined ? sql`true` : sql`rack = ${rack}`}
          and ${app === undefined ? sql`true` : sql`app = ${app}`}
          and ${principal === undefined ? sql`true` : sql`principal = ${principal}`}
        order by id desc limit ${limit}`
    },
  }
}
