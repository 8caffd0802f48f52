import { type PointerEvent, useState } from 'react'
import { barsOf, type Histogram, rangeOf, uncountedBuckets } from './bars.ts'
import styles from './histogram.module.css'
import { fillOf, ResultPatterns } from './result-pattern.tsx'

const chartHeight = 36

interface ChartProps {
  readonly counted: Histogram
  readonly onRange: (range: { from: string; to: string }) => void
}

/** The bars. Widths are relative and heights are pixels, so that a wide chart does not stretch the patterns. */
export function Chart({ counted, onRange }: ChartProps) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number } | null>(null)
  const { buckets } = counted
  const across = (count: number) => `${(count / Math.max(1, buckets.length)) * 100}%`
  function bucketAt({ currentTarget, clientX }: PointerEvent<SVGSVGElement>): number {
    const { left, width } = currentTarget.getBoundingClientRect()
    return Math.min(buckets.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * buckets.length)))
  }
  return (
    <svg
      className={styles.chart}
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ start: bucketAt(event), end: bucketAt(event) })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, end: bucketAt(event) })}
      onPointerCancel={() => setDrag(null)}
      onPointerUp={() => {
        if (drag) onRange(rangeOf(counted, drag.start, drag.end))
        setDrag(null)
      }}
    >
      <ResultPatterns />
      <rect className={styles.uncounted} width={across(uncountedBuckets(counted))} height={chartHeight} />
      {barsOf(buckets, chartHeight).map(({ bucket, result, y, height }) => (
        <rect
          key={`${bucket} ${result}`}
          fill={fillOf(result)}
          x={across(bucket + 0.1)}
          width={across(0.8)}
          y={y}
          height={height}
        />
      ))}
      {drag && (
        <rect
          className={styles.selection}
          x={across(Math.min(drag.start, drag.end))}
          width={across(Math.abs(drag.end - drag.start) + 1)}
          y={0}
          height={chartHeight}
        />
      )}
    </svg>
  )
}
