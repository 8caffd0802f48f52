export interface RecordingLimits {
  /** Bytes of a session that make a chunk at most. Default 512 KiB. */
  readonly chunk: number
  /** Milliseconds after which what has come is a chunk, however little it is: what a crash may lose. Default 5,000. */
  readonly flushAfter: number
  /** The same while somebody watches it. Default 500. */
  readonly flushWatchedAfter: number
  /** Bytes of one recording that may wait for the store. Default 2 MiB. */
  readonly waiting: number
  /** Milliseconds that a `best-effort` session is held when as much waits, before it goes on without being recorded. Default 2,000. */
  readonly hold: number
  /** Bytes of all recordings that may wait; above, each may keep `reserve`. Default 64 MiB. */
  readonly waitingInAll: number
  /** Default 16 KiB. */
  readonly reserve: number
  /** Milliseconds that one attempt to store a chunk may take. Default 20,000. */
  readonly attempt: number
  /** Milliseconds that a chunk of a `strict` recording may wait until its session is ended. Default 30,000. */
  readonly patience: number
  /** Milliseconds before the second attempt; each next one waits twice as long, up to the longest. Defaults 200 and 30,000. */
  readonly backOff: number
  readonly longestBackOff: number
  /** Milliseconds that chunks which wait get when the gateway stops. Default 10,000. */
  readonly drain: number
}

export const defaultLimits: RecordingLimits = {
  chunk: 512 * 1024,
  flushAfter: 5_000,
  flushWatchedAfter: 500,
  waiting: 2 * 1024 * 1024,
  hold: 2_000,
  waitingInAll: 64 * 1024 * 1024,
  reserve: 16 * 1024,
  attempt: 20_000,
  patience: 30_000,
  backOff: 200,
  longestBackOff: 30_000,
  drain: 10_000,
}
