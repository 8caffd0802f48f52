import { Button } from '../../../ui/controls/button.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { maxPages, pageSize } from './events-query.ts'
import styles from './list-foot.module.css'

interface ListFootProps {
  readonly count: number
  /** Whether a row of the list has the intent and the outcome of a change. */
  readonly hasPairs: boolean
  readonly isLoading: boolean
  readonly isFilterInvalid: boolean
  readonly isFetchingMore: boolean
  readonly hasMore: boolean
  /** Whether the list dropped newer events; see `maxPages`. */
  readonly hasDropped: boolean
  readonly error: Error | null
  readonly onMore: () => void
  readonly onRetry: () => void
  /** Searches all time; null if the list already covers all time. */
  readonly onAllTime: (() => void) | null
}

export function ListFoot(props: ListFootProps) {
  const { count, isLoading, isFetchingMore, hasMore, hasDropped, error } = props
  if (error)
    return (
      <div className={styles.foot}>
        <Problem error={error} retry={props.onRetry} />
      </div>
    )
  if (isLoading)
    return (
      // Another element than the foot of the loaded list, which would otherwise count as moved.
      <div key="loading" className={styles.foot}>
        <Spinner label="Loading events" />
      </div>
    )
  if (props.isFilterInvalid) return null
  if (count === 0)
    return (
      <div className={styles.foot}>
        <p>No events match.</p>
        {props.onAllTime && <Button onPress={props.onAllTime}>Search all time</Button>}
      </div>
    )
  return (
    <div className={styles.foot}>
      {hasMore ? (
        <Button isPending={isFetchingMore} onPress={props.onMore}>
          Load more
        </Button>
      ) : (
        <p>This is the oldest matching event.</p>
      )}
      <p>
        {count === 1 ? '1 event is' : `${count.toLocaleString()} events are`} loaded.
        {props.hasPairs && ' The intent and the outcome of a change are two events in one row.'}
        {hasDropped &&
          ` The list holds ${(maxPages * pageSize).toLocaleString()} events. Newer events were removed, and load again when you scroll up.`}
      </p>
    </div>
  )
}
