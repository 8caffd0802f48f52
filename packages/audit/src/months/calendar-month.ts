/** Start of the month in UTC. All times of this file are in milliseconds since the epoch. */
export function monthOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

/** Start of the next month in UTC. */
export function monthAfter(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

/** Last millisecond of the month. */
export function endOfMonth(at: number): number {
  return monthAfter(at) - 1
}
