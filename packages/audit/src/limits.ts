export interface AuditWriterLimits {
  /** Events in one batch. Default 1,000. */
  readonly batch: number
  /** Characters in one batch, about. Default 4 Mi. */
  readonly batchCharacters: number
  /** Events that may wait; the next is turned away. Default 20,000. */
  readonly waiting: number
  /** Characters that may wait, about. Default 32 Mi. */
  readonly waitingCharacters: number
  /** Milliseconds until callers are told that the log can't be written. Default 5,000. */
  readonly deadline: number
  /** Milliseconds of a stream's lease. Default 30,000. */
  readonly lease: number
  /** Milliseconds between renewals. Default 2,000. */
  readonly renewEvery: number
}

export const defaultLimits: AuditWriterLimits = {
  batch: 1_000,
  batchCharacters: 4 * 1024 * 1024,
  waiting: 20_000,
  waitingCharacters: 32 * 1024 * 1024,
  deadline: 5_000,
  lease: 30_000,
  renewEvery: 2_000,
}
