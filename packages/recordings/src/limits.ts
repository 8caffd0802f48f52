export interface RecordingLimits {
  /** Maximum session bytes in a chunk. Default 512 KiB. */
  readonly chunkBytes: number
  /**
   * Milliseconds after which received bytes become a chunk, even a small one. A crash loses bytes that are not in a
   * chunk yet, and chunks that wait for the store. Default 5,000.
   */
  readonly flushAfter: number
  /** As `flushAfter`, while someone follows the recording. Default 500. */
  readonly flushFollowedAfter: number
  /** Maximum bytes of one recording that wait for the store. Default 2 MiB. */
  readonly queueBytes: number
  /**
   * Maximum milliseconds that a `best-effort` session is paused because the queue is full. Then the session continues
   * without being recorded. Default 2,000.
   */
  readonly maxHold: number
  /**
   * Maximum bytes of all recordings that wait for the store. Above this limit, each recording may still queue
   * `guaranteedQueueBytes`. Default 64 MiB.
   */
  readonly totalQueueBytes: number
  /** Bytes that each recording may queue while the total is above `totalQueueBytes`. Default 16 KiB. */
  readonly guaranteedQueueBytes: number
  /** Milliseconds for one attempt to store a chunk. Default 20,000. */
  readonly attemptTimeout: number
  /** Milliseconds after which the gateway ends a `strict` session if storing a chunk still fails. Default 30,000. */
  readonly strictTimeout: number
  /**
   * Milliseconds before the second attempt. The delay doubles with each failure, up to `maxBackOff`. Each delay is
   * shortened at random, by at most half. Default 200.
   */
  readonly backOff: number
  /** Maximum milliseconds between two attempts. Default 30,000. */
  readonly maxBackOff: number
  /** Maximum milliseconds to wait for open sessions and queued chunks when the gateway stops. Default 10,000. */
  readonly drainTimeout: number
}

export const defaultLimits: RecordingLimits = {
  chunkBytes: 512 * 1024,
  flushAfter: 5_000,
  flushFollowedAfter: 500,
  queueBytes: 2 * 1024 * 1024,
  maxHold: 2_000,
  totalQueueBytes: 64 * 1024 * 1024,
  guaranteedQueueBytes: 16 * 1024,
  attemptTimeout: 20_000,
  strictTimeout: 30_000,
  backOff: 200,
  maxBackOff: 30_000,
  drainTimeout: 10_000,
}
