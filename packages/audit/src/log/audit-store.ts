import type { RecordedEvent } from '../events/recorded-event.ts'

export interface NewStream {
  readonly id: string
  /** Start of its month, in milliseconds since the epoch. */
  readonly month: number
  readonly host: string
  readonly pid: number
  /** Milliseconds until the lease expires, by the store's clock. */
  readonly lease: number
  /** The previous stream of the same process. */
  readonly follows?: string
}

/** Adoption progress that is committed together with a batch. */
export interface AdoptionProgress {
  /** The adopted stream. */
  readonly stream: string
  /** Each of its unfinished calls up to this `seq` has an `outcome.unknown` event. */
  readonly upTo: number
  /** Whether the adoption is finished. */
  readonly complete: boolean
}

/**
 * Stores streams and events. Each call may be repeated with the same arguments, because the response to a COMMIT can be
 * lost. The writer retries every error except `StreamLost`.
 */
export interface AuditStore {
  /** Creates the stream and the partition of its month. */
  openStream(stream: NewStream): Promise<void>
  /**
   * Resolves when all events are durable, each exactly once.
   * @throws StreamLost if the stream was adopted, or has other events with the same numbers, or is not the adopter of
   *   the stream in `progress`
   */
  append(stream: string, events: readonly RecordedEvent[], progress?: AdoptionProgress): Promise<void>
  /** `lost`: another process adopted the stream. */
  renewLease(stream: string, lease: number): Promise<'renewed' | 'lost'>
  closeStream(stream: string): Promise<void>
  close(): Promise<void>
}
