/** Where the time comes from, so that no test waits. Milliseconds; since the epoch unless a user of it says otherwise. */
export interface Clock {
  now(): number
}
