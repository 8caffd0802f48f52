import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AuditEvent } from '../events/event.ts'
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

function foundEvent(row: EventRow): FoundEvent {
  const { id, micros, stream, seq, written_at: writtenAt, canonical, prev, hash } = row
  return { id, position: { at: micros, stream, seq }, writtenAt, canonical, event: JSON.parse(canonical), prev, hash }
}

/** Characters that are parsed in one turn of the event loop. An event has up to 16 KiB, and a page up to 200 events. */
const slice = 64 * 1024

/** Yields to other work between slices. */
export async function foundEvents(rows: readonly EventRow[]): Promise<FoundEvent[]> {
  const found: FoundEvent[] = []
  let left = slice
  for (const row of rows) {
    if (left <= 0) {
      await nextTurn()
      left = slice
    }
    found.push(foundEvent(row))
    left -= row.canonical.length
  }
  return found
}
