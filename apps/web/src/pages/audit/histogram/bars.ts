import type { ResponseOf } from '@rack-gateway/gateway-api'
import { type ResultKind, resultKinds } from '../list/event-facts.ts'

export type Histogram = ResponseOf<'countAuditEvents'>
export type Bucket = Histogram['buckets'][number]

/** A part of a stacked bar. `y` and `height` are in pixels. */
export interface Bar {
  readonly bucket: number
  readonly result: ResultKind
  readonly y: number
  readonly height: number
}

/** Pixels. A single denial among thousands of calls stays visible. */
const minHeight = 2

/** Denials are at the bottom, where they are easy to compare. @param height of the chart in pixels */
export function barsOf(buckets: readonly Bucket[], height: number): Bar[] {
  const maxCount = Math.max(1, ...buckets.map(countOf))
  return buckets.flatMap((bucket, index) => {
    let y = height
    return resultKinds.flatMap((result) => {
      const count = bucket[result]
      if (count === 0) return []
      const partHeight = Math.max(minHeight, (count / maxCount) * height)
      y -= partHeight
      return [{ bucket: index, result, y, height: partHeight }]
    })
  })
}

function countOf(bucket: Bucket): number {
  return resultKinds.reduce((sum, result) => sum + bucket[result], 0)
}

/** The two buckets can be in any order. The result is within the counted range. */
export function rangeOf(
  { buckets, width, from, to }: Histogram,
  oneIndex: number,
  otherIndex: number,
): { from: string; to: string } {
  const first = Date.parse(buckets[Math.min(oneIndex, otherIndex)]?.at ?? from)
  const last = Date.parse(buckets[Math.max(oneIndex, otherIndex)]?.at ?? to) + width * 1_000
  return {
    from: new Date(Math.max(first, Date.parse(from))).toISOString(),
    to: new Date(Math.min(last, Date.parse(to))).toISOString(),
  }
}

/** Doubles the range around its center. The new end is not later than `now`. */
export function widen({ from, to }: Pick<Histogram, 'from' | 'to'>, now: number): { from: string; to: string } {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const half = (end - start) / 2
  return { from: new Date(start - half).toISOString(), to: new Date(Math.min(now, end + half)).toISOString() }
}

/** Such as `1,234 events`, or `at least 1,000,000 events`. */
export function totalText({ total, complete }: Pick<Histogram, 'total' | 'complete'>): string {
  const count = `${total.toLocaleString()} ${total === 1 ? 'event' : 'events'}`
  return complete ? count : `at least ${count}`
}

/** How many buckets at the left were not counted. A fraction if a bucket was counted only in part. */
export function uncountedBuckets({ buckets, width, complete, countedFrom }: Histogram): number {
  const [first] = buckets
  return complete || first === undefined
    ? 0
    : Math.min(buckets.length, (Date.parse(countedFrom) - Date.parse(first.at)) / (width * 1_000))
}

export function countsByResult(buckets: readonly Bucket[]): { readonly result: ResultKind; readonly count: number }[] {
  return resultKinds
    .map((result) => ({ result, count: buckets.reduce((sum, bucket) => sum + bucket[result], 0) }))
    .filter(({ count }) => count > 0)
}
