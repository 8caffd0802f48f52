import type { SinkTransport } from './transport.ts'

export const sinkKinds = ['stdout', 'file', 'syslog', 'webhook', 'otlp', 's3'] as const
export type SinkKind = (typeof sinkKinds)[number]

/** One place that events are sent to. */
export interface Sink {
  /** What its position is kept under: a sink of another name begins anew. */
  readonly name: string
  readonly kind: SinkKind
  readonly transport: SinkTransport
  /** Whether events of a kind are for it. */
  readonly wants: (kind: string) => boolean
}

export interface SinkStats {
  readonly name: string
  readonly kind: SinkKind
  /** Events that are durable and have not gone through it, of the streams that this process ships. */
  readonly lagEvents: number
  /** Since the oldest of them was recorded. */
  readonly lagSeconds: number
  readonly delivered: number
  /** Refused by the other side for good. */
  readonly dead: number
  /** Attempts that came to nothing. */
  readonly failures: number
  /** Why the last attempt came to nothing, or null when it went well. */
  readonly trouble: string | null
}
