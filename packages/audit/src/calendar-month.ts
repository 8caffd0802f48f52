/** First moment of the month, UTC, that a moment is in. Both in milliseconds since the epoch. */
export function monthOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

/** First moment of the month after, UTC. */
export function monthAfter(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

/** Last millisecond of the month that a moment is in. */
export function endOfMonth(at: number): number {
  return monthAfter(at) - 1
}
