import type { AuditEvent, EventDraft } from '@rack-gateway/audit'
import type { Database } from '@rack-gateway/database'

/** The events that a gateway recorded during a load. */
export interface RecordedEvents {
  readonly recordsPerSecond: number
  readonly commitsPerSecond: number
  /** One event of each kind, for the background writer. */
  readonly drafts: readonly EventDraft[]
}

/** Counts the events in the audit stream of one gateway. */
export interface RecordCounter {
  /** @returns the sequence number of the last event */
  lastSequenceNumber(): Promise<number>
  /** Counts the events with a greater sequence number. */
  since(seq: number): Promise<NewEvents>
}

export interface NewEvents {
  readonly records: number
  readonly commits: number
  /** One event of each kind. */
  readonly drafts: readonly EventDraft[]
}

/** @param pid the gateway's process @throws if the process has no open audit stream */
export async function countRecords({ sql }: Database, pid: number): Promise<RecordCounter> {
  const [stream] = await sql<{ id: string }[]>`select id from audit.streams where pid = ${pid} and closed_at is null`
  if (!stream) throw new Error('the gateway has no open audit stream')
  const { id } = stream
  return {
    async lastSequenceNumber() {
      const [row] = await sql<{ last: number }[]>`
        select coalesce(max(seq), 0)::int as last from audit.events where stream = ${id}`
      return row?.last ?? 0
    },
    async since(seq) {
      // `xmin` is the transaction that inserted a row.
      const [total] = await sql<{ records: number; commits: number }[]>`
        select count(*)::int as records, count(distinct xmin::text)::int as commits
        from audit.events where stream = ${id} and seq > ${seq}`
      const kinds = await sql<{ canonical: string }[]>`
        select max(canonical) as canonical from audit.events where stream = ${id} and seq > ${seq} group by kind`
      const { records = 0, commits = 0 } = total ?? {}
      return { records, commits, drafts: kinds.map(({ canonical }) => draftOf(canonical)) }
    },
  }
}

/** The rack's name in the events of the background writer, so that nobody takes these copies for real calls. */
const copyRack = 'bench-writer'

/** The draft of an event, without its position in the stream. */
export function draftOf(canonical: string): EventDraft {
  const { v, id, stream, seq, at, ...draft } = JSON.parse(canonical) as AuditEvent
  return { ...draft, rack: copyRack }
}
