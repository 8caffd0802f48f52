import type { ResponseOf } from '@rack-gateway/gateway-api'
import { type ResultKind, resultKinds } from '../list/event-facts.ts'

export type Histogram = ResponseOf<'countAuditEvents'>
export type Bucket = Histogram['buckets'][number]

/** A part of a bar. `y` and `height` are in pixels. */
export interface Bar {
  readonly bucket: number
  readonly result: ResultKind
  readonly y: number
  readonly height: number
}

/** The minimum height of a part, in pixels, so that a denial among thousands of calls can be seen. */
const least = 2

/** The stacked bars of a histogram: denials at the bottom, where they are easy to compare. */
export function barsOf(buckets: readonly Bucket[], height: number): Bar[] {
  const most = Math.max(1, ...buckets.map(countOf))
  return buckets.flatMap((bucket, index) => {
    let y = height
    return resultKinds.flatMap((result) => {
      const count = bucket[result]
      if (count === 0) return []
      const own = Math.max(least, (count / most) * height)
      y -= own
      return [{ bucket: index, result, y, height: own }]
    })
  })
}

function countOf(bucket: Bucket): number {
  return resultKinds.reduce((sum, result) => sum + bucket[result], 0)
}

/** The time from the start of one bucket to the end of another, in any order, within the counted range. */
export function rangeOf(
  { buckets, width, from, to }: Histogram,
  one: number,
  other: number,
): { from: string; to: string } {
  const first = Date.parse(buckets[Math.min(one, other)]?.at ?? from)
  const last = Date.parse(buckets[Math.max(one, other)]?.at ?? to) + width * 1_000
  return {
    from: new Date(Math.max(first, Date.parse(from))).toISOString(),
    to: new Date(Math.min(last, Date.parse(to))).toISOString(),
  }
}

/** A range around this one that is twice as long, up to now. */
export function widen({ from, to }: Pick<Histogram, 'from' | 'to'>, now: number): { from: string; to: string } {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const more = (end - start) / 2
  return { from: new Date(start - more).toISOString(), to: new Date(Math.min(now, end + more)).toISOString() }
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

/** Counts of each result, without zeros. */
export function countsByResult(buckets: readonly Bucket[]): { readonly result: ResultKind; readonly count: number }[] {
  return resultKinds
    .map((result) => ({ result, count: buckets.reduce((sum, bucket) => sum + bucket[result], 0) }))
    .filter(({ count }) => count > 0)
}
