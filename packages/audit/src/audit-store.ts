import type { RecordedEvent } from './recorded-event.ts'

export interface NewStream {
  readonly id: string
  /** First moment of its month, milliseconds since the epoch. */
  readonly month: number
  readonly host: string
  readonly pid: number
  /** Milliseconds from the store's own now. */
  readonly lease: number
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
   * @throws StreamLost when the stream was adopted, or holds another event in the place of one of these
   */
  append(stream: string, events: readonly RecordedEvent[]): Promise<void>
  /** `lost`: somebody adopted it. */
  renewLease(stream: string, lease: number): Promise<'renewed' | 'lost'>
  closeStream(stream: string): Promise<void>
  close(): Promise<void>
}
