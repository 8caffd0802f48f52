import type { RecordedEvent } from './recorded-event.ts'

export interface NewStream {
  readonly id: string
  /** First moment of its month, milliseconds since the epoch. */
  readonly month: number
  readonly host: string
  readonly pid: number
  /** Milliseconds from the store's own now. */
  readonly lease: number
  /** The stream that the same process wrote before. */
  readonly follows?: string
}

/** What a batch says of a stream that its own stream adopted: becomes known with the batch, or not at all. */
export interface Accounting {
  /** The adopted one. */
  readonly stream: string
  /** Its open calls up to this number have their `outcome.unknown`. */
  readonly upTo: number
  /** Nothing of it is left to say. */
  readonly complete: boolean
}

/**
 * Where streams and events are kept. Each call may be made again with the same arguments, because the answer to a COMMIT can be lost.
 * Whatever fails but `StreamLost` is tried again.
 */
export interface AuditStore {
  /** Makes the stream known, and room for its month. */
  openStream(stream: NewStream): Promise<void>
  /**
   * Resolves when all are durable, each exactly once.
   * @throws StreamLost when the stream was adopted, or holds another event in the place of one of these; with `accounting` also
   * when it is not the adopter of that stream
   */
  append(stream: string, events: readonly RecordedEvent[], accounting?: Accounting): Promise<void>
  /** `lost`: somebody adopted it. */
  renewLease(stream: string, lease: number): Promise<'renewed' | 'lost'>
  closeStream(stream: string): Promise<void>
  close(): Promise<void>
}
