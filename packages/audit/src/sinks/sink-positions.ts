import type { SinkEvent } from './transports/sink-event.ts'

/** A stream that this process ships to a sink, and its progress. */
export interface HeldStream {
  readonly stream: string
  /** Start of the stream's month, in milliseconds since the epoch. */
  readonly month: number
  /** The number of the last delivered event. */
  readonly seq: number
}

export interface Progress {
  readonly stream: string
  readonly seq: number
  /** Whether no more events can follow in the stream. */
  readonly finished: boolean
}

/** Stores each sink's progress and rejected events, and which process ships a stream. Every call may be repeated. */
export interface SinkPositions {
  /** Registers the sink. From then on it gets each durable event of all processes. */
  register(sink: string): Promise<void>
  /**
   * Claims streams that no process ships to the sink: the streams `own` at once, and other streams after their process
   * had time to claim them.
   *
   * @param hold milliseconds for which `holder` holds the claimed streams
   */
  claim(sink: string, holder: string, own: readonly string[], hold: number): Promise<HeldStream[]>
  /** Saves the progress and extends the hold. @returns the streams that are still held */
  save(sink: string, holder: string, progress: readonly Progress[], hold: number): Promise<string[]>
  /** The last number of a stream; 0 without events. */
  lastSeq(held: Pick<HeldStream, 'stream' | 'month'>): Promise<number>
  /** Events of a stream after `seq`, in order and without gaps. */
  read(held: HeldStream, limit: number): Promise<SinkEvent[]>
  storeDeadLetter(sink: string, event: SinkEvent, reason: string): Promise<void>
  close(): Promise<void>
}
