/** The result of a load. */
export interface LoadResult {
  /** Requests, frames, or megabytes (10⁶ bytes) of transfers. */
  readonly count: number
  readonly seconds: number
  /** Milliseconds from the write to the last byte of the answer, of each request, frame or transfer; ascending. */
  readonly latencies: Float64Array
}
