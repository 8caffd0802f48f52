import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { can } from '../../../../api/can.ts'
import { get } from '../../../../api/client.ts'
import { useMe } from '../../../../api/queries.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { Table } from '../../../../ui/lists/table.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { changeText } from '../../changes/change-text.ts'
import { useApp } from '../address/use-app.ts'

function changesQuery(rack: string, app: string) {
  return infiniteQueryOptions({
    queryKey: ['rack', rack, 'app-changes', app],
    queryFn: ({ pageParam, signal }) =>
      get('/app-changes', { query: { rack, app, limit: 50, cursor: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
}

/** The list comes from the audit log, not from the rack. */
export default function TimelineTab() {
  const { rack, app } = useApp()
  const me = useMe()
  const changes = useInfiniteQuery(changesQuery(rack, app))
  if (changes.isPending) return <Spinner label="Loading: changes" />
  return (
    <>
      {changes.error && <Problem error={changes.error} retry={() => void changes.refetch()} />}
      {changes.data && (
        <Table
          label="Changes"
          isFramed
          rows={changes.data.pages.flatMap(({ items }) => items)}
          keyOf={({ id }) => id}
          empty="Nobody changed this app through the gateway yet."
          columns={[
            { title: 'Time', cell: ({ at }) => <Time at={at} kind="short" /> },
            { title: 'Who', cell: ({ principal }) => principal.name },
            { title: 'Change', cell: (change) => changeText(change) },
            ...(can(me, 'gateway:audit:read')
              ? [
                  {
                    title: 'Event',
                    cell: ({ id }: { readonly id: string }) => (
                      <Link to="/audit/$event" params={{ event: id }}>
                        Open
                      </Link>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {changes.hasNextPage && (
        <p>
          <Button isPending={changes.isFetchingNextPage} onPress={() => void changes.fetchNextPage()}>
            Show older changes
          </Button>
        </p>
      )}
    </>
  )
}
