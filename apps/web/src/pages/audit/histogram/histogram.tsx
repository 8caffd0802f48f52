import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { ZoomOut } from 'lucide-react'
import { get, serverNow } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Time } from '../../../ui/time/time.tsx'
import type { AuditQuery } from '../filter/filter-query.ts'
import { resultWords } from '../list/event-facts.ts'
import { type Histogram as Counted, countsByResult, totalText, widen } from './bars.ts'
import { Chart } from './chart.tsx'
import styles from './histogram.module.css'
import { ResultCount } from './result-count.tsx'

/** Without a start, counts the 30 days before the end. */
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
  /** Opens the dialog that sets the start and the end of the range. */
  readonly onCustom: () => void
}

export function Histogram({ query, loadedAt, onRange, onCustom }: HistogramProps) {
  const { data: counted, error, refetch, isPlaceholderData } = useQuery(histogramQuery(query, loadedAt))
  // Without a valid filter, the counts would be those of the previous filter.
  const data = query === null ? undefined : counted
  if (error) return <Problem error={error} retry={() => void refetch()} />
  return (
    <section className={styles.histogram} aria-label="Events over time" data-stale={isPlaceholderData}>
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
          <p>{query === null ? 'Nothing is counted, because the filter is not valid.' : 'Counting…'}</p>
        )}
      </div>
      {data ? <Chart counted={data} onRange={onRange} /> : <div className={styles.chart} />}
      {data && <CountTable counted={data} />}
    </section>
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
