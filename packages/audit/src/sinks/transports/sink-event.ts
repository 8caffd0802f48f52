import type { RecordedEvent } from '../../events/recorded-event.ts'

/** The part of an event that sinks get: its position, and the hashed bytes. */
export interface SinkEvent {
  /** UUIDv7. Receivers use it to detect repeated events. */
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
  const { id, stream, seq, moment } = event.position
  return { id, stream, seq, moment, kind: event.column('kind'), canonical: event.canonical }
}
