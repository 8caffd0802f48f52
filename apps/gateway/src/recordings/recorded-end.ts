import type { AuditEvent } from '@rack-gateway/audit'
import type { Sql } from 'postgres'

export interface RecordedEnd {
  readonly at: Date
  readonly recording: {
    readonly chunks: number
    readonly bytes: number
    /** The head of the hash chain of the chunks, in hex. */
    readonly head: string
    /** Session bytes that are missing. Null if unknown, because the process ended early. */
    readonly lost: number | null
  }
}

export interface RecordedEndSearch {
  /** The ID of the `opened` event. */
  readonly opened: string
  readonly from: Date
  readonly to: Date
}

/** The tolerance for different clocks and late events, in milliseconds. */
const tolerance = 3_600_000

/**
 * The end from the `closed` event of the session, or else from the `recording.closed` event of the process that closed
 * the recording. Null if neither event has `chunks`, `bytes`, and `head` of the recording.
 */
export async function recordedEnd(sql: Sql, { opened, from, to }: RecordedEndSearch): Promise<RecordedEnd | null> {
  const rows = await sql<{ canonical: string }[]>`
    select canonical from audit.events
    where of_event = ${opened} and kind in ('closed', 'recording.closed')
      and at between ${new Date(from.getTime() - tolerance)} and ${new Date(to.getTime() + tolerance)}
    order by kind = 'closed' desc, at`
  for (const { canonical } of rows) {
    const { at, recording }: AuditEvent = JSON.parse(canonical)
    if (recording?.chunks === undefined || recording.bytes === undefined || recording.head === undefined) continue
    const { chunks, bytes, head, lost = null } = recording
    return { at: new Date(at), recording: { chunks, bytes, head, lost } }
  }
  return null
}
