import type { AuditEvent } from '@rack-gateway/audit'
import type { Sql } from 'postgres'

/** What the log says that a recording came to. */
export interface RecordedEnd {
  readonly at: Date
  readonly recording: {
    readonly chunks: number
    readonly bytes: number
    readonly head: string
    /** Null where only the process that is gone could have said. */
    readonly lost: number | null
  }
}

export interface RecordedEndSearch {
  /** The id of the `opened` event. */
  readonly opened: string
  readonly from: Date
  readonly to: Date
}

/** Two clocks may differ, and an event can be late. */
const around = 3_600_000

/** The `closed` event of the session, or the `recording.closed` event of the process that adopted it; null: neither exists yet. */
export async function recordedEnd(sql: Sql, { opened, from, to }: RecordedEndSearch): Promise<RecordedEnd | null> {
  const rows = await sql<{ canonical: string }[]>`
    select canonical from audit.events
    where of_event = ${opened} and kind in ('closed', 'recording.closed')
      and at between ${new Date(from.getTime() - around)} and ${new Date(to.getTime() + around)}
    order by kind = 'closed' desc, at`
  for (const { canonical } of rows) {
    const { at, recording }: AuditEvent = JSON.parse(canonical)
    if (recording?.chunks === undefined || recording.bytes === undefined || recording.head === undefined) continue
    const { chunks, bytes, head, lost = null } = recording
    return { at: new Date(at), recording: { chunks, bytes, head, lost } }
  }
  return null
}
