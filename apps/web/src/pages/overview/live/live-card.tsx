import type { LiveCall } from '@rack-gateway/gateway-api'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Table } from '../../../ui/lists/table.tsx'
import { useFirstRows } from '../../../ui/lists/use-first-rows.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { liveCallsQuery } from '../queries/overview-queries.ts'
import { commandOrPath, targetOf } from './live-call-text.ts'
import styles from './live-card.module.css'

const EndLiveCall = lazy(() => import('./end-live-call.tsx'))

/** The number of calls that are shown at first, so that the rest of the page stays in view. */
const firstRows = 6

export function LiveCard() {
  const me = useMe()
  const navigate = useNavigate()
  const { end } = useSearch({ from: '/' })
  const list = useInfiniteQuery(liveCallsQuery)
  const { data, error, isPending, refetch, hasNextPage } = list
  const calls = data?.pages.flatMap(({ items }) => items) ?? []
  const { rows, hidesRows, showAll } = useFirstRows(calls, firstRows)
  const seesOthers = can(me, 'gateway:live-call:read')
  const canWatch = can(me, 'gateway:recording:read')
  const canEnd = ({ own }: LiveCall) => own || can(me, 'gateway:live-call:end')
  const openDialog = (id: string) => void navigate({ to: '/', search: { end: id } })
  // Not a fixed page: the gateway can answer after the person has gone to another one.
  const closeDialog = () => void navigate({ to: '.', search: (before) => ({ ...before, end: undefined }) })
  const ending = calls.find(({ id }) => id === end)
  return (
    <Card title={seesOthers ? 'Live now' : 'Your live calls'}>
      {isPending && <Spinner label="Loading live calls" />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {data && (
        <Table
          label="Live calls"
          rows={rows}
          keyOf={({ id }) => id}
          empty="There are no live calls."
          columns={[
            { title: 'Who', cell: ({ principal }) => principal.name },
            {
              title: 'What',
              cell: (call) => (
                <span className={styles.what}>
                  {call.recording !== null && canWatch ? (
                    <Link to="/recordings/$recording" params={{ recording: call.recording }}>
                      {call.kind}
                    </Link>
                  ) : (
                    call.kind
                  )}{' '}
                  <VisibleText>{commandOrPath(call)}</VisibleText>
                </span>
              ),
            },
            { title: 'Where', cell: (call) => targetOf(call), secondary: true },
            { title: 'Since', cell: ({ startedAt }) => <Time at={startedAt} kind="relative" /> },
            {
              title: 'Action',
              cell: (call) =>
                canEnd(call) && (
                  <Button
                    kind="danger"
                    aria-label={`End ${call.kind} of ${call.principal.name}`}
                    onPress={() => openDialog(call.id)}
                  >
                    End
                  </Button>
                ),
            },
          ]}
        />
      )}
      {(hidesRows || hasNextPage) && (
        <p>
          <Button
            kind="quiet"
            isPending={list.isFetchingNextPage}
            onPress={(press) => (hidesRows ? showAll(press) : void list.fetchNextPage())}
          >
            {hasNextPage ? 'Show more' : `Show all ${calls.length}`}
          </Button>
        </p>
      )}
      {data && !hasNextPage && end !== undefined && ending === undefined && (
        <p role="status" className="soft">
          This call has ended.
        </p>
      )}
      <Suspense fallback={null}>{ending && <EndLiveCall call={ending} onClose={closeDialog} />}</Suspense>
    </Card>
  )
}
