import type { AuditEvent } from './event.ts'
import { draftColumns } from './event-columns.ts'

const columnIndexes = new Map(draftColumns.map(({ name }, index) => [name, index]))

/** An `EventPosition`, with the time also as a number. */
export interface RecordedPosition {
  /** UUIDv7. */
  readonly id: string
  readonly stream: string
  /** From 1, no gaps. */
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly moment: number
  /** `moment` as text in the event. */
  readonly at: string
}

export class RecordedEvent {
  readonly position: RecordedPosition
  /** The texts of `draftColumns`. */
  readonly columns: readonly string[]
  /** RFC 8785 form. */
  readonly canonical: string
  /** Hash of the previous event, 32 bytes; zeros for the first event of a stream. */
  readonly prev: Buffer
  /** SHA-256(prev ‖ canonical), 32 bytes. */
  readonly hash: Buffer

  constructor(position: RecordedPosition, columns: readonly string[], canonical: string, prev: Buffer, hash: Buffer) {
    this.position = position
    this.columns = columns
    this.canonical = canonical
    this.prev = prev
    this.hash = hash
  }

  /** @returns the text of a column, empty for null */
  column(name: string): string {
    const index = columnIndexes.get(name)
    if (index === undefined) throw new Error(`there is no column ${name}`)
    return this.columns[index] ?? ''
  }

  get id(): string {
    return this.position.id
  }

  /** Parsed from the hashed bytes on each access. */
  get event(): AuditEvent {
    return JSON.parse(this.canonical)
  }
}
