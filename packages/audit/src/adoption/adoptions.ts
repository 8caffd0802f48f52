import type { AuditEvent } from '../event.ts'

/** A stream whose process is gone: nobody adds to it any more but its own file, where it had one. */
export interface AdoptedStream {
  readonly id: string
  readonly host: string
  readonly pid: number
  /** First moment of its month, milliseconds since the epoch. */
  readonly month: number
  /** Its last event in the log; 0 and 32 zero bytes when there is none. */
  readonly last: { readonly seq: number; readonly hash: Buffer }
  /** Whether its process kept a file for when the database was away. */
  readonly fallback: boolean
  /** Up to where its open calls are accounted for; null: nothing of it was said yet. */
  readonly accounted: number | null
  /** The stream that its process wrote in the month before. */
  readonly before: { readonly id: string; readonly month: number } | null
}

export interface OpenCalls {
  readonly events: readonly AuditEvent[]
  /** The number up to which they were looked for. */
  readonly upTo: number
}

/** What is looked at to find streams that nobody writes any more. */
export interface Adoptions {
  /**
   * Takes one over for the stream `by`: one whose lease ended long ago, or one whose adopter is itself gone or has not finished.
   * From then on its old writer can add nothing.
   */
  claim(by: string): Promise<AdoptedStream | null>
  /** `intent` and `opened` events after the number `after` that nothing says the end of; a bounded page, in order. */
  openCalls(stream: { readonly id: string; readonly month: number }, after: number): Promise<OpenCalls>
  /** Number of the last event of a stream; 0 when there is none. */
  lastOf(stream: { readonly id: string; readonly month: number }): Promise<number>
  close(): Promise<void>
}
