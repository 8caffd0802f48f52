/** The median, and the range of the rounds. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** @param values at least one, in any order */
export function spread(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort()
  return { median: percentile(sorted, 50), min: percentile(sorted, 0), max: percentile(sorted, 100) }
}

/**
 * The percentile of the values, interpolated between neighbors.
 *
 * @param sorted at least one, ascending
 */
export function percentile(sorted: Float64Array, percent: number): number {
  if (sorted.length === 0) throw new Error('there is no percentile of nothing')
  const position = ((sorted.length - 1) * percent) / 100
  const lower = sorted[Math.floor(position)] ?? 0
  const upper = sorted[Math.ceil(position)] ?? lower
  return lower + (upper - lower) * (position - Math.floor(position))
}
