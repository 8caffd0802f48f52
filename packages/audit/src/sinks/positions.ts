import type { SinkEvent } from './sink-event.ts'

/** A stream that this process ships to a sink, and how far it has come. */
export interface HeldStream {
  readonly stream: string
  /** First moment of its month, milliseconds since the epoch. */
  readonly month: number
  /** The last event that needn't be sent again. */
  readonly seq: number
}

export interface Progress {
  readonly stream: string
  readonly seq: number
  /** Nothing can follow. */
  readonly finished: boolean
}

/** Where it is kept how far each sink has come, who ships which stream, and what a sink refused. Every call may come twice. */
export interface SinkPositions {
  /** Makes the sink known. From then on it gets each event that becomes durable, whoever wrote it. */
  register(sink: string): Promise<void>
  /**
   * Takes streams that nobody ships to the sink: those of `own` at once, others when whoever wrote or shipped them had time to say so.
   *
   * @param hold milliseconds that they are kept for this holder
   */
  claim(sink: string, holder: string, own: readonly string[], hold: number): Promise<HeldStream[]>
  /** Keeps how far it has come, and holds on. @returns the streams that are still this holder's */
  save(sink: string, holder: string, progress: readonly Progress[], hold: number): Promise<string[]>
  /** The last event of a stream; 0 when it has none. */
  lastSeq(held: Pick<HeldStream, 'stream' | 'month'>): Promise<number>
  /** Events of a stream after `seq`, in order and without a gap between them. */
  read(held: HeldStream, limit: number): Promise<SinkEvent[]>
  bury(sink: string, event: SinkEvent, reason: string): Promise<void>
  close(): Promise<void>
}
