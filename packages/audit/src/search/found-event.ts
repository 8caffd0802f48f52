import type { AuditEvent } from '../event.ts'
import type { Place } from './query.ts'

/** A row as `pageQuery` and its likes select it. */
export interface EventRow {
  readonly id: string
  readonly micros: string
  readonly stream: string
  readonly seq: string
  readonly written_at: Date
  readonly canonical: string
  readonly prev: Buffer
  readonly hash: Buffer
}

/** An event as it was found. */
export interface FoundEvent {
  readonly id: string
  readonly place: Place
  /** When the database took it. */
  readonly writtenAt: Date
  /** The bytes that were hashed. */
  readonly canonical: string
  readonly event: AuditEvent
  /** 32 bytes each. */
  readonly prev: Buffer
  readonly hash: Buffer
}

export function foundEvent(row: EventRow): FoundEvent {
  const { id, micros, stream, seq, written_at: writtenAt, canonical, prev, hash } = row
  return { id, place: { at: micros, stream, seq }, writtenAt, canonical, event: JSON.parse(canonical), prev, hash }
}
