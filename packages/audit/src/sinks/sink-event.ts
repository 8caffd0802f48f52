import type { RecordedEvent } from '../recorded-event.ts'

/** What a sink gets of an event: its place, and the bytes that were hashed. */
export interface SinkEvent {
  /** UUIDv7: what tells that an event has come twice. */
  readonly id: string
  readonly stream: string
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly moment: number
  readonly kind: string
  /** RFC 8785 form. */
  readonly canonical: string
}

export function sinkEventOf(event: RecordedEvent): SinkEvent {
  const { id, stream, seq, moment } = event.place
  return { id, stream, seq, moment, kind: event.column('kind'), canonical: event.canonical }
}
