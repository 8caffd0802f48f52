/** Milliseconds since the epoch, unless documented otherwise. */
export interface Clock {
  now(): number
}
