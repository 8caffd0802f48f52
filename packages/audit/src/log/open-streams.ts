import type { Sql } from 'postgres'
import type { EventDraft } from '../events/event.ts'

/** The stream of a process that runs now. */
export interface OpenStream {
  readonly id: string
  readonly host: string
  readonly pid: number
  /** The detail of its `stream.opened`. */
  readonly opened: NonNullable<EventDraft['detail']>
}

/** The streams whose lease has not expired, oldest first. */
export async function readOpenStreams(sql: Sql): Promise<readonly OpenStream[]> {
  const rows = await sql<{ id: string; host: string; pid: number; canonical: string }[]>`
    select stream.id, stream.host, stream.pid, event.canonical
    from audit.streams stream
    join audit.events event on event.stream = stream.id and event.seq = 1
      and event.at >= stream.month and event.at < stream.month + interval '1 month'
    where stream.closed_at is null and stream.adopted_by is null and stream.lease_until > now()
    order by stream.opened_at, stream.id`
  return rows.map(({ canonical, ...stream }) => {
    const { detail = {} }: Pick<EventDraft, 'detail'> = JSON.parse(canonical)
    return { ...stream, opened: detail }
  })
}
