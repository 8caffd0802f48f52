export interface Clock {
  /** Milliseconds since the epoch, unless documented otherwise. */
  now(): number
}
