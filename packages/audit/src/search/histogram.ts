import { InvalidFilter } from '../errors/errors.ts'
import type { FilterQuery } from './filter-query.ts'
import { type AuditFilters, readFilters } from './filters.ts'
import { type CountedRange, needsSort } from './query.ts'

/** How events ended, from their decision and their status. `none`: no decision and no failing status. */
export const results = ['allowed', 'denied', 'required', 'failed', 'none'] as const
export type Result = (typeof results)[number]

export interface Bucket extends Readonly<Record<Result, number>> {
  /** The start of the bucket: a multiple of the width since the epoch. The first bucket can start before the range. */
  readonly at: Date
}

export interface Histogram {
  readonly from: Date
  readonly to: Date
  /** Seconds. */
  readonly width: number
  /** Oldest first, without gaps. */
  readonly buckets: readonly Bucket[]
  readonly total: number
  /** True if all matching events were counted. False if some may not have been counted. */
  readonly complete: boolean
  /** Buckets from this time on are complete. */
  readonly countedFrom: Date
}

export interface HistogramRange {
  readonly filters: AuditFilters & { readonly from: Date; readonly to: Date }
  /** Seconds. */
  readonly width: number
}

const day = 86_400

/** @param now milliseconds since the epoch. @param maxBuckets at least 2. @throws InvalidFilter */
export function readHistogramRange(query: FilterQuery, now: number, maxBuckets: number): HistogramRange {
  const filters = readFilters(query)
  const to = filters.to ?? new Date(now)
  const from = filters.from ?? new Date(to.getTime() - day * 1_000)
  if (from >= to)
    throw new InvalidFilter('The filter "from" is in the future.', 'Use an earlier time, or add the filter "to".')
  return { filters: { ...filters, from, to }, width: widthFor({ from, to }, maxBuckets) }
}

type Range = Pick<Histogram, 'from' | 'to'>

/** The smallest familiar width that needs at most `maxBuckets` buckets. */
function widthFor(range: Range, maxBuckets: number): number {
  const widths = familiarWidths()
  for (;;) {
    const width = widths.next().value
    const { first, end } = bucketNumbers(range, width)
    if (end - first <= maxBuckets) return width
  }
}

function* familiarWidths(): Generator<number, never> {
  yield* [1, 2, 5, 10, 15, 30]
  yield* [1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60)
  yield* [1, 2, 3, 6, 12].map((hours) => hours * 3_600)
  for (let days = day; ; days *= 10) yield* [days, 2 * days, 5 * days]
}

/** Buckets are numbered from the epoch. */
function bucketNumbers({ from, to }: Range, width: number): { first: number; end: number } {
  const milliseconds = width * 1_000
  return { first: Math.floor(from.getTime() / milliseconds), end: Math.ceil(to.getTime() / milliseconds) }
}

/** A row of `countQuery`. */
export interface CountRow {
  readonly bucket: number
  readonly result: Result
  readonly count: number
}

export interface CountOptions {
  readonly maxEvents: number
  /** Whether the time for all queries is used up. */
  isOverdue(): boolean
  /** @returns null if it took too long */
  count(range: CountedRange): Promise<readonly CountRow[] | null>
}

/** Counts the newest buckets first, until all events are counted, or a limit is reached. */
export async function countEvents(
  { filters, width }: HistogramRange,
  { maxEvents, isOverdue, count }: CountOptions,
): Promise<Histogram> {
  const { from, to } = filters
  const counts = new Map<number, Record<Result, number>>()
  let total = 0
  let countedFrom = to
  for (const range of rangesOf({ filters, width })) {
    const limit = maxEvents - total
    const rows = limit === 0 || isOverdue() ? null : await count({ ...range, width, limit })
    if (rows === null) break
    for (const row of rows) {
      const bucket = counts.get(row.bucket) ?? emptyCounts()
      bucket[row.result] += row.count
      counts.set(row.bucket, bucket)
      total += row.count
    }
    if (rows.reduce((sum, row) => sum + row.count, 0) === limit) break
    countedFrom = range.from
  }
  const { first, end } = bucketNumbers({ from, to }, width)
  const buckets = Array.from({ length: end - first }, (_, index) => ({
    at: new Date((first + index) * width * 1_000),
    ...(counts.get(first + index) ?? emptyCounts()),
  }))
  return { from, to, width, buckets, total, complete: countedFrom === from, countedFrom }
}

/**
 * One range per bucket, newest first. If no index has the matches in time order, each query would have to find all
 * matches, so there is only one range.
 */
function rangesOf({ filters, width }: HistogramRange): Range[] {
  const { from, to } = filters
  if (needsSort(filters)) return [{ from, to }]
  const { first, end } = bucketNumbers({ from, to }, width)
  const starts = Array.from({ length: end - first - 1 }, (_, index) => new Date((end - 1 - index) * width * 1_000))
  const bounds = [to, ...starts, from]
  return bounds.slice(1).map((start, index) => ({ from: start, to: bounds[index] ?? to }))
}

function emptyCounts(): Record<Result, number> {
  return { allowed: 0, denied: 0, required: 0, failed: 0, none: 0 }
}
