import type { AuditEvent } from '../events/event.ts'

/** A stream whose process is gone. Only the process's fallback file can still add events to the stream. */
export interface AdoptedStream {
  readonly id: string
  readonly host: string
  readonly pid: number
  /** Start of its month, in milliseconds since the epoch. */
  readonly month: number
  /** Its last event in the log; 0 and 32 zero bytes if it has none. */
  readonly last: { readonly seq: number; readonly hash: Buffer }
  /** Whether its process had a fallback file. */
  readonly fallback: boolean
  /** Unfinished calls up to this `seq` have an `outcome.unknown` event. Null if the adoption has recorded nothing. */
  readonly outcomesRecordedUpTo: number | null
  /** The same process's stream of the previous month; null if it does not exist, was not closed, or was adopted. */
  readonly previousMonthStream: { readonly id: string; readonly month: number } | null
}

export interface OpenCalls {
  readonly events: readonly AuditEvent[]
  /** The search covered the events up to this `seq`. */
  readonly upTo: number
}

export interface AdoptionStore {
  /**
   * Claims a stream for the process that writes `adopterStream`. A stream can be claimed if its lease has expired, or
   * if this process, or a process that is gone, began to adopt it and did not finish. After the claim, the old writer
   * of the stream cannot add events.
   * @returns null if there is no such stream
   */
  claim(adopterStream: string): Promise<AdoptedStream | null>
  /** A page of unfinished calls: their `intent` and `opened` events with a `seq` above `after`, in order. */
  openCalls(stream: { readonly id: string; readonly month: number }, after: number): Promise<OpenCalls>
  /** Number of the last event of a stream; 0 if it has none. */
  lastSeq(stream: { readonly id: string; readonly month: number }): Promise<number>
  close(): Promise<void>
}
