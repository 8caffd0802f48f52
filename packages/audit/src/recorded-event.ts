import type { SearchTerms } from './encode.ts'
import type { AuditEvent } from './event.ts'

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

/** An event as it is kept: its canonical bytes, its place in the chain, and what it is found by. */
export class RecordedEvent {
  readonly place: EventPlace
  readonly terms: SearchTerms
  /** RFC 8785 form. */
  readonly canonical: string
  /** 32 bytes; of the first event of a stream: zeros. */
  readonly prev: Buffer
  /** SHA-256(prev ‖ canonical), 32 bytes. */
  readonly hash: Buffer

  constructor(place: EventPlace, terms: SearchTerms, canonical: string, prev: Buffer, hash: Buffer) {
    this.place = place
    this.terms = terms
    this.canonical = canonical
    this.prev = prev
    this.hash = hash
  }

  get id(): string {
    return this.place.id
  }

  /** Read from the bytes that were hashed, whenever it is asked for. */
  get event(): AuditEvent {
    return JSON.parse(this.canonical)
  }
}
