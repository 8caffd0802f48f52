import type { EventDraft } from '../events/event.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { AdoptionProgress, AuditStore } from './audit-store.ts'

export interface AuditWriterLimits {
  /** Events per batch: few enough that the next batch fills during a write. Default 256. */
  readonly batch: number
  /** Approximate characters per batch. Default 4 Mi. */
  readonly batchCharacters: number
  /** Maximum queued events; more are rejected. Default 20,000. */
  readonly waiting: number
  /** Approximate maximum of queued characters. Default 32 Mi. */
  readonly waitingCharacters: number
  /** Milliseconds for which events without a waiting caller are batched. Default 10. */
  readonly linger: number
  /** Milliseconds for a write to the store, with its retries. Then callers get AuditUnavailable. Default 5,000. */
  readonly deadline: number
  /** Milliseconds of a stream's lease. Default 30,000. */
  readonly lease: number
  /** Milliseconds between renewals. Default 2,000. */
  readonly renewEvery: number
}

export const defaultLimits: AuditWriterLimits = {
  batch: 256,
  batchCharacters: 4 * 1024 * 1024,
  waiting: 20_000,
  waitingCharacters: 32 * 1024 * 1024,
  linger: 10,
  deadline: 5_000,
  lease: 30_000,
  renewEvery: 2_000,
}

export interface AuditWriterOptions {
  readonly store: AuditStore
  /** Milliseconds since the epoch. May go backwards. */
  readonly clock: { now(): number }
  /** A monotonic clock, in milliseconds. Default: the clock of the process. */
  readonly elapsed?: () => number
  readonly host: string
  readonly pid: number
  readonly limits?: Partial<AuditWriterLimits>
  /** More members for the detail of each `stream.opened`, such as settings in which processes must not differ. */
  readonly openedDetail?: (() => NonNullable<EventDraft['detail']>) | undefined
  /** Called with the cause when the log becomes unwritable, and with `null` when it is writable again. */
  readonly onState?: (cause: unknown) => void
  /** Called with each durable batch in order, including the stream's own events. Must be fast and must not throw. */
  readonly onDurable?: (events: readonly RecordedEvent[]) => void
}

export interface AuditWriterStats {
  readonly available: boolean
  readonly stream: string | null
  /** Events in the current stream. */
  readonly size: number
  readonly waiting: number
  readonly written: number
  readonly batches: number
  /** Events that were rejected after they were queued. */
  readonly refused: number
}

export interface AuditWriter {
  /** Opens the stream. @throws AuditUnavailable, with the store's error as `cause` */
  open(): Promise<void>
  /**
   * Appends an event and resolves when it is durable. Values that are too long are truncated, and invisible characters
   * are escaped. No event is rejected for its values.
   * @throws AuditUnavailable if `check` throws, the queue is full, or the stream was lost, or if a write to the store
   * takes longer than `deadline` milliseconds while the event waits
   */
  record(draft: EventDraft): Promise<RecordedEvent>
  /** Like `record`, for events without a waiting caller, which are batched for up to `linger` milliseconds. */
  recordSoon(draft: EventDraft): Promise<RecordedEvent>
  /**
   * Appends a separate batch to the stream `adopterStream`, with the progress of a stream that it adopted.
   * @throws AuditUnavailable if `check` throws, or if `adopterStream` is not the writer's current stream
   * @throws StreamLost if that stream was lost in the meantime
   */
  recordAdoption(
    adopterStream: string,
    drafts: readonly EventDraft[],
    progress: AdoptionProgress,
  ): Promise<readonly RecordedEvent[]>
  /**
   * Checks that events can be recorded, for a call that does not wait for its event.
   * @throws AuditUnavailable if the writer is not open, its store does not answer, or its lease has expired
   */
  check(): void
  /** Writes queued events and `stream.closed`. Gives up after `deadline`; then another process adopts the stream. */
  close(): Promise<void>
  stats(): AuditWriterStats
}
