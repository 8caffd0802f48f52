export interface LoadResult {
  /** Requests, messages of one or several frames, or megabytes (10⁶ bytes) of transfers. */
  readonly count: number
  readonly seconds: number
  /** Milliseconds from the write to the last byte of the response, of each request, message, or transfer; ascending. */
  readonly latencies: Float64Array
}
