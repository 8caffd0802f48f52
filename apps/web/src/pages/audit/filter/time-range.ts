/** A filter with `from` or `to` replaces the range. `length` is in milliseconds. */
export const ranges = [
  { value: '15m', label: '15 minutes', length: 900_000 },
  { value: '1h', label: '1 hour', length: 3_600_000 },
  { value: '24h', label: '24 hours', length: 86_400_000 },
  { value: '7d', label: '7 days', length: 7 * 86_400_000 },
  { value: '30d', label: '30 days', length: 30 * 86_400_000 },
  { value: 'all', label: 'All time', length: null },
] as const

export type Range = (typeof ranges)[number]['value']

export const defaultRange: Range = '24h'

export function isRange(value: unknown): value is Range {
  return ranges.some((range) => range.value === value)
}

/** @returns milliseconds since the epoch; null for all time */
export function rangeStart(range: Range, now: number): number | null {
  const length = ranges.find(({ value }) => value === range)?.length ?? null
  return length === null ? null : now - length
}
