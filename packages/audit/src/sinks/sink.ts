import type { SinkTransport } from './transports/transport.ts'

export const sinkKinds = ['stdout', 'file', 'syslog', 'webhook', 'otlp', 's3'] as const
export type SinkKind = (typeof sinkKinds)[number]

/** One receiver of events. */
export interface Sink {
  /** Identifies the stored position. A sink with a new name starts with the events that are written next. */
  readonly name: string
  readonly kind: SinkKind
  readonly transport: SinkTransport
  readonly wants: (kind: string) => boolean
}

export interface SinkStats {
  readonly name: string
  readonly kind: SinkKind
  /** Durable events that are not delivered yet, in the streams that this process ships. */
  readonly lagEvents: number
  /** Age of the oldest of these events, in seconds; 0 if there are none. */
  readonly lagSeconds: number
  readonly delivered: number
  /** Events that the receiver rejected. */
  readonly rejected: number
  /** Failed attempts. */
  readonly failures: number
  /** Why the sink is failing: its last delivery failed, or its position cannot be stored. Null if it works. */
  readonly problem: string | null
}
