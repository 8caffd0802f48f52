import type { SinkEvent } from './sink-event.ts'

export interface BatchLimits {
  readonly events: number
  /** Approximate characters of canonical text. A single event may be longer. */
  readonly characters: number
}

/** Deliveries run one after another, except that a delivery that timed out can still run during the next delivery. */
export interface SinkTransport {
  readonly limits: BatchLimits
  /** Milliseconds that a partial batch waits for more events. Default 0. */
  readonly linger?: number
  /**
   * Resolves when the receiver has confirmed all events. If the protocol has no confirmations (syslog), resolves when
   * the operating system has accepted the events. The events are of one stream and in order. A retry repeats events,
   * with the same `id`.
   *
   * @param signal aborted when nobody awaits the delivery any more; the transport must then end the delivery
   * @throws SinkRejected if the receiver will never accept the batch; other errors are retried
   */
  deliver(events: readonly SinkEvent[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The receiver rejected the content, so a retry would not help. */
export class SinkRejected extends Error {}

/** The receiver asks the gateway to wait. */
export class SinkBusy extends Error {
  /** Milliseconds. */
  readonly pause: number

  constructor(message: string, pause: number) {
    super(message)
    this.pause = pause
  }
}
