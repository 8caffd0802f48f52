import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card } from '../../../ui/layout/card.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Badge } from '../../../ui/status/badge.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { Time } from '../../../ui/time/time.tsx'
import type { Histogram } from '../../audit/histogram/bars.ts'
import { ResultBars } from '../../audit/histogram/result-bars.tsx'
import { checkpointStatusQuery, lastDayQuery } from '../queries/overview-queries.ts'
import styles from './activity-card.module.css'
import { countRequests } from './count-requests.ts'

export function ActivityCard() {
  const counted = useQuery(lastDayQuery)
  const checkpoint = useQuery(checkpointStatusQuery)
  return (
    <Card title="Last 24 hours" actions={<NewestCheckpoint at={checkpoint.data?.checkpoint?.at} />}>
      <div className={styles.body}>
        {counted.isPending && <Spinner label="Counting requests" />}
        {counted.error && <Problem error={counted.error} retry={() => void counted.refetch()} />}
        {counted.data && <Counts counted={counted.data} />}
      </div>
    </Card>
  )
}

function NewestCheckpoint({ at }: { readonly at: string | undefined }) {
  if (at === undefined) return null
  return (
    <Link to="/audit" search={{ dialog: 'checkpoint' }} className="soft">
      Checkpoint <Time at={at} kind="relative" />
    </Link>
  )
}

const chartHeight = 36

function Counts({ counted }: { readonly counted: Histogram }) {
  const { requests, denied, failed } = countRequests(counted.buckets)
  // Events with the result `none` are not requests.
  const buckets = counted.buckets.map((bucket) => ({ ...bucket, none: 0 }))
  return (
    <>
      <p className={styles.counts} role="status">
        <strong>
          {counted.complete ? '' : 'at least '}
          {requests.toLocaleString()} {requests === 1 ? 'request' : 'requests'}
        </strong>
        <Link to="/audit" search={{ q: 'result:deny' }}>
          <Badge tone={denied > 0 ? 'deny' : 'neutral'}>{denied.toLocaleString()} denied</Badge>
        </Link>
        {failed > 0 && <Badge tone="warn">{failed.toLocaleString()} failed</Badge>}
      </p>
      <svg className={styles.chart} aria-hidden="true">
        <ResultBars buckets={buckets} height={chartHeight} />
      </svg>
    </>
  )
}
