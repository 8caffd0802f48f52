import { type Bucket, barsOf } from './bars.ts'
import { fillOf, ResultPatterns } from './result-pattern.tsx'

/** @returns a function that converts a number of buckets to a percentage of the width of the chart */
export function percentOfBuckets(buckets: readonly Bucket[]): (count: number) => string {
  return (count) => `${(count / Math.max(1, buckets.length)) * 100}%`
}

interface ResultBarsProps {
  readonly buckets: readonly Bucket[]
  /** In pixels. */
  readonly height: number
}

/** Widths are relative and heights are pixels, so that a wide chart does not stretch the patterns. */
export function ResultBars({ buckets, height: chartHeight }: ResultBarsProps) {
  const percentOf = percentOfBuckets(buckets)
  return (
    <>
      <ResultPatterns />
      {barsOf(buckets, chartHeight).map(({ bucket, result, y, height }) => (
        <rect
          key={`${bucket} ${result}`}
          fill={fillOf(result)}
          x={percentOf(bucket + 0.1)}
          width={percentOf(0.8)}
          y={y}
          height={height}
        />
      ))}
    </>
  )
}
