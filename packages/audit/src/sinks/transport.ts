import type { SinkEvent } from './sink-event.ts'

export interface BatchLimits {
  readonly events: number
  /** Approximate characters of canonical text. A single event may be longer. */
  readonly characters: number
}

/** Deliveries start one after another, but one that timed out can still run when the next starts. */
export interface SinkTransport {
  readonly limits: BatchLimits
  /** Milliseconds that a partial batch waits for more events. Default 0. */
  readonly linger?: number
  /**
   * Resolves when the receiver has confirmed all events; without confirmations, as in syslog, when the operating system
   * has them. The events are of one stream and in order. A retry repeats events, with the same `id`.
   *
   * @param signal aborted when the delivery is no longer awaited; the work must then end by itself
   * @throws SinkRejected if the receiver will never accept the batch; other errors are retried
   */
  deliver(events: readonly SinkEvent[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The receiver rejected the content, so a retry would not help. */
export class SinkRejected extends Error {}

/** The receiver asks to wait. */
export class SinkBusy extends Error {
  /** Milliseconds. */
  readonly pause: number

  constructor(message: string, pause: number) {
    super(message)
    this.pause = pause
  }
}
