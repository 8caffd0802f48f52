import type { SinkEvent } from './sink-event.ts'

export interface BatchLimits {
  readonly events: number
  /** Of canonical text, about; one event may be longer. */
  readonly characters: number
}

/** The way to one sink. Only one delivery is under way at a time. */
export interface SinkTransport {
  readonly limits: BatchLimits
  /** Milliseconds that events wait for company, where each delivery has its price. Default 0. */
  readonly linger?: number
  /**
   * Resolves when the other side has all of them. They are of one stream and in order, and may come again: identify them by `id`.
   *
   * @param signal aborted when nobody waits any more; what is under way must then end by itself
   * @throws SinkRefused when it will never take what is in the batch; anything else means: try again
   */
  deliver(events: readonly SinkEvent[], signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** The other side has judged what it was sent, and would judge it so again. */
export class SinkRefused extends Error {}

/** It will take nothing before that. */
export class SinkBusy extends Error {
  /** Milliseconds. */
  readonly pause: number

  constructor(message: string, pause: number) {
    super(message)
    this.pause = pause
  }
}
