import type { AuditEvent } from '../event.ts'
import type { PagePosition } from './query.ts'

/** A row of the queries in `query.ts`. */
export interface EventRow {
  readonly id: string
  /** The time of the event, in microseconds since the epoch. */
  readonly micros: string
  readonly stream: string
  readonly seq: string
  readonly written_at: Date
  readonly canonical: string
  readonly prev: Buffer
  readonly hash: Buffer
}

export interface FoundEvent {
  readonly id: string
  readonly position: PagePosition
  /** Time of the insert. */
  readonly writtenAt: Date
  /** The hashed bytes. */
  readonly canonical: string
  readonly event: AuditEvent
  /** The hash of the previous event in its stream, 32 bytes. */
  readonly prev: Buffer
  /** The hash of this event, 32 bytes. */
  readonly hash: Buffer
}

export interface FoundPage {
  readonly items: readonly FoundEvent[]
  /** Cursor of the next page, or null. */
  readonly next: string | null
}

export function foundEvent(row: EventRow): FoundEvent {
  const { id, micros, stream, seq, written_at: writtenAt, canonical, prev, hash } = row
  return { id, position: { at: micros, stream, seq }, writtenAt, canonical, event: JSON.parse(canonical), prev, hash }
}
