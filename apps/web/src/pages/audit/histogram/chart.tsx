import { type PointerEvent, useState } from 'react'
import { type Histogram, rangeOf, uncountedBuckets } from './bars.ts'
import styles from './histogram.module.css'
import { percentOfBuckets, ResultBars } from './result-bars.tsx'

const chartHeight = 24

interface ChartProps {
  readonly counted: Histogram
  readonly onRange: (range: { from: string; to: string }) => void
}

export function Chart({ counted, onRange }: ChartProps) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number } | null>(null)
  const { buckets } = counted
  const percentOf = percentOfBuckets(buckets)
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
      <rect className={styles.uncounted} width={percentOf(uncountedBuckets(counted))} height={chartHeight} />
      <ResultBars buckets={buckets} height={chartHeight} />
      {drag && (
        <rect
          className={styles.selection}
          x={percentOf(Math.min(drag.start, drag.end))}
          width={percentOf(Math.abs(drag.end - drag.start) + 1)}
          y={0}
          height={chartHeight}
        />
      )}
    </svg>
  )
}
