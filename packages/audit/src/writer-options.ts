import type { Accounting, AuditStore } from './audit-store.ts'
import type { EventDraft } from './event.ts'
import type { RecordedEvent } from './recorded-event.ts'

export interface AuditWriterLimits {
  /** Events in one batch: few enough that the next one fills while this one is written. Default 256. */
  readonly batch: number
  /** Characters in one batch, about. Default 4 Mi. */
  readonly batchCharacters: number
  /** Events that may wait; the next is turned away. Default 20,000. */
  readonly waiting: number
  /** Characters that may wait, about. Default 32 Mi. */
  readonly waitingCharacters: number
  /** Milliseconds that events which nobody waits for wait for company. Default 10. */
  readonly linger: number
  /** Milliseconds until callers are told that the log can't be written. Default 5,000. */
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
  /** Milliseconds of a clock that never goes back. Default: the process's own. */
  readonly elapsed?: () => number
  readonly host: string
  readonly pid: number
  readonly limits?: Partial<AuditWriterLimits>
  /** Told when the log can't be written any more, and when it can again (`null`). */
  readonly onState?: (cause: unknown) => void
  /** Told of the events of each batch once they are durable, in their order, the stream's own among them. Must return soon and not throw. */
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
  /** Events that no caller could be promised. */
  readonly refused: number
}

export interface AuditWriter {
  /** Begins the stream. @throws AuditUnavailable, with the store's error as `cause` */
  open(): Promise<void>
  /**
   * Appends an event and resolves when it is durable. Values that are too long or hostile are cut or made visible, never refused.
   * @returns the event with its place, canonical bytes and hash
   * @throws AuditUnavailable when too many wait, or the store didn't take it within `deadline` milliseconds
   */
  record(draft: EventDraft): Promise<RecordedEvent>
  /** As `record`, for an event that nobody waits for: within `linger` milliseconds, so that one commit is for many. */
  recordSoon(draft: EventDraft): Promise<RecordedEvent>
  /**
   * Appends a batch of its own to the stream `by`, with what it says of a stream that `by` adopted.
   * @throws AuditUnavailable when `by` is not the writer's stream any more, or it isn't open; StreamLost when it became so meanwhile
   */
  account(by: string, drafts: readonly EventDraft[], accounting: Accounting): Promise<readonly RecordedEvent[]>
  /** For a call whose record nobody will wait for. @throws AuditUnavailable when it could not be recorded now */
  check(): void
  /** Writes what waits and `stream.closed`. Gives up after `deadline`: then another process adopts the stream. */
  close(): Promise<void>
  stats(): AuditWriterStats
}
