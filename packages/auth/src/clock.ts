/** The source of the time, in milliseconds since the epoch unless documented otherwise. Tests replace it. */
export interface Clock {
  now(): number
}
