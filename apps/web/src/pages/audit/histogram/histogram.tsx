import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { ZoomOut } from 'lucide-react'
import { type PointerEvent, useState } from 'react'
import { get, serverNow } from '../../../api/client.ts'
import { Button } from '../../../ui/button.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { Time } from '../../../ui/time.tsx'
import type { AuditQuery } from '../filter/filter-query.ts'
import { resultWords } from '../list/event-facts.ts'
import {
  barsOf,
  type Histogram as Counted,
  countsByResult,
  rangeOf,
  totalText,
  uncountedBuckets,
  widen,
} from './bars.ts'
import styles from './histogram.module.css'
import { ResultCount } from './result-count.tsx'

/** Counts events by time and result. Without a start, the last 30 days before the end. */
function histogramQuery(query: AuditQuery | null, loadedAt: number) {
  const end = query?.to === undefined ? loadedAt : Date.parse(query.to)
  const from = query?.from ?? new Date(end - 30 * 86_400_000).toISOString()
  return queryOptions({
    queryKey: ['audit', 'histogram', query, from],
    queryFn: ({ signal }) => get('/audit/histogram', { query: { ...query, from } }, signal),
    enabled: query !== null,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  })
}

interface HistogramProps {
  readonly query: AuditQuery | null
  readonly loadedAt: number
  readonly onRange: (range: { from: string; to: string }) => void
  /** Opens the fields of the range. */
  readonly onCustom: () => void
}

/** How many events match, when, and with which result. Dragging sets the range. */
export function Histogram({ query, loadedAt, onRange, onCustom }: HistogramProps) {
  const { data, error, refetch } = useQuery(histogramQuery(query, loadedAt))
  if (error) return <Problem error={error} retry={() => void refetch()} />
  return (
    <section className={styles.histogram} aria-label="Events over time">
      <div className={styles.summary}>
        {data ? (
          <>
            <p role="status">
              <strong>{totalText(data)}</strong>
              {query?.from === undefined && ' in the 30 days shown'}
              {!data.complete && (
                <>
                  , counted since <Time at={data.countedFrom} kind="short" />
                </>
              )}
            </p>
            {countsByResult(data.buckets).map((one) => (
              <ResultCount key={one.result} {...one} />
            ))}
            <span className={styles.times}>
              <Button kind="quiet" onPress={onCustom}>
                <Time at={data.from} kind="short" /> – <Time at={data.to} kind="short" />
              </Button>
            </span>
            <Button kind="quiet" aria-label="Widen the range" onPress={() => onRange(widen(data, serverNow()))}>
              <ZoomOut aria-hidden />
            </Button>
          </>
        ) : (
          <p>{query !== null && 'Counting…'}</p>
        )}
      </div>
      {data ? <Chart counted={data} onRange={onRange} /> : <div className={styles.chart} />}
      {data && <CountTable counted={data} />}
    </section>
  )
}

const chartHeight = 36

function Chart({ counted, onRange }: { readonly counted: Counted; readonly onRange: HistogramProps['onRange'] }) {
  const [drag, setDrag] = useState<{ readonly start: number; readonly end: number } | null>(null)
  const { buckets } = counted
  function bucketAt({ currentTarget, clientX }: PointerEvent<SVGSVGElement>): number {
    const { left, width } = currentTarget.getBoundingClientRect()
    return Math.min(buckets.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * buckets.length)))
  }
  return (
    <svg
      className={styles.chart}
      viewBox={`0 0 ${Math.max(1, buckets.length)} ${chartHeight}`}
      preserveAspectRatio="none"
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
      <rect className={styles.uncounted} width={uncountedBuckets(counted)} height={chartHeight} />
      {barsOf(buckets, chartHeight).map(({ bucket, result, y, height }) => (
        <rect
          key={`${bucket} ${result}`}
          className={styles[resultWords[result].tone]}
          x={bucket + 0.1}
          width={0.8}
          y={y}
          height={height}
        />
      ))}
      {drag && (
        <rect
          className={styles.selection}
          x={Math.min(drag.start, drag.end)}
          width={Math.abs(drag.end - drag.start) + 1}
          y={0}
          height={chartHeight}
        />
      )}
    </svg>
  )
}

/** The chart for screen readers. */
function CountTable({ counted: { buckets } }: { readonly counted: Counted }) {
  const results = countsByResult(buckets).map(({ result }) => result)
  return (
    <table className="visually-hidden">
      <caption>Events by time and result</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          {results.map((result) => (
            <th key={result} scope="col">
              {resultWords[result].word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {buckets
          .filter((bucket) => results.some((result) => bucket[result] > 0))
          .map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">
                <Time at={bucket.at} />
              </th>
              {results.map((result) => (
                <td key={result}>{bucket[result]}</td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  )
}
