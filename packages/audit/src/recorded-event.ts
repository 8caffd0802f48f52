import type { AuditEvent } from './event.ts'
import { draftColumns } from './event-columns.ts'

const columnIndexes = new Map(draftColumns.map(({ name }, index) => [name, index]))

/** Where an event stands in the log. */
export interface EventPlace {
  /** UUIDv7. */
  readonly id: string
  readonly stream: string
  /** From 1, no gaps. */
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly moment: number
  /** `moment` as the event says it. */
  readonly at: string
}

/** An event as it is kept: its canonical bytes, its place in the chain, and its columns. */
export class RecordedEvent {
  readonly place: EventPlace
  /** The texts of `draftColumns`. */
  readonly columns: readonly string[]
  /** RFC 8785 form. */
  readonly canonical: string
  /** 32 bytes; of the first event of a stream: zeros. */
  readonly prev: Buffer
  /** SHA-256(prev ‖ canonical), 32 bytes. */
  readonly hash: Buffer

  constructor(place: EventPlace, columns: readonly string[], canonical: string, prev: Buffer, hash: Buffer) {
    this.place = place
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
    return this.place.id
  }

  /** Read from the bytes that were hashed, whenever it is asked for. */
  get event(): AuditEvent {
    return JSON.parse(this.canonical)
  }
}
