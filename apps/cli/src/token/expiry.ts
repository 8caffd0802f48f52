const day = 24 * 60 * 60 * 1000
/** Milliseconds. A token with at most this time left "expires soon". */
const soonPeriod = 3 * day

export type Expiry =
  | { readonly state: 'unknown' }
  | { readonly state: 'valid' | 'expires soon' | 'expired'; readonly at: string; readonly words: string }

/** `unknown` if the text is not a date: then the gateway decides. */
export function expiryOf(expiresAt: string | undefined, now: number): Expiry {
  const end = expiresAt === undefined ? Number.NaN : Date.parse(expiresAt)
  if (Number.isNaN(end)) return { state: 'unknown' }
  const at = new Date(end).toISOString()
  if (end <= now) return { state: 'expired', at, words: `expired ${durationText(now - end)} ago` }
  return {
    state: end - now <= soonPeriod ? 'expires soon' : 'valid',
    at,
    words: `expires in ${durationText(end - now)}`,
  }
}

/** A duration in its largest unit, such as `3 days`. */
export function durationText(ms: number): string {
  const units: readonly [number, string][] = [
    [day, 'day'],
    [60 * 60 * 1000, 'hour'],
    [60 * 1000, 'minute'],
  ]
  for (const [length, unit] of units) {
    const count = Math.floor(ms / length)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`
  }
  return 'less than a minute'
}
