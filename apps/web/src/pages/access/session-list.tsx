import type { ItemOf } from '@rack-gateway/gateway-api'
import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, remove } from '../../api/client.ts'
import { Button } from '../../ui/controls/button.tsx'
import { FormDialog } from '../../ui/dialogs/form-dialog.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { nextSort, readSort, sortRows, timeValue } from '../../ui/lists/sort-rows.ts'
import { type Column, Table } from '../../ui/lists/table.tsx'
import { usePageSearch } from '../../ui/navigation/page-search.ts'
import { Problem } from '../../ui/problems/problem.tsx'
import { announce } from '../../ui/status/announce.tsx'
import { Tag } from '../../ui/status/badge.tsx'
import { Spinner } from '../../ui/status/spinner.tsx'
import { deviceName } from '../../ui/text/device-name.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { LastUse } from '../../ui/time/last-use.tsx'
import { Time } from '../../ui/time/time.tsx'
import type { AccessSearch } from './address/access-search.ts'

type SessionRow = ItemOf<'listSessions'>

const sessionsQuery = infiniteQueryOptions({
  queryKey: ['sessions', 'me'],
  queryFn: ({ pageParam, signal }) => get('/sessions', { query: { user: 'me', limit: 50, cursor: pageParam } }, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ next }) => next ?? undefined,
})

export function SessionList() {
  const sessions = useInfiniteQuery(sessionsQuery)
  const [revoking, setRevoking] = useState<SessionRow | null>(null)
  const { search, change } = usePageSearch<AccessSearch>()
  const columns: readonly Column<SessionRow>[] = [
    {
      title: 'Device',
      cell: (session) => (
        <>
          <span title={session.device}>
            <VisibleText>{deviceName(session.device)}</VisibleText>
          </span>{' '}
          {session.current && <Tag tone="accent">This browser</Tag>}
        </>
      ),
      sortBy: ({ device }) => deviceName(device),
    },
    { title: 'Rack', cell: ({ rack }) => rack ?? 'All', sortBy: ({ rack }) => rack, secondary: true },
    {
      title: 'Last used',
      cell: (session) => <LastUse use={session} />,
      sortBy: ({ lastUsedAt }) => timeValue(lastUsedAt),
    },
    {
      title: 'Expires',
      cell: ({ expiresAt }) => <Time at={expiresAt} />,
      sortBy: ({ expiresAt }) => timeValue(expiresAt),
      secondary: true,
    },
    {
      title: 'Action',
      cell: (session) => (
        <Button
          kind="danger"
          aria-label={`Revoke the session of ${deviceName(session.device)}`}
          onPress={() => setRevoking(session)}
        >
          Revoke
        </Button>
      ),
    },
  ]
  const sort = sessions.hasNextPage ? null : readSort(columns, search.sort)
  const open = sessions.data?.pages.flatMap(({ items }) => items).filter(isOpen) ?? []
  const rows = sortRows(open, columns, sort)
  return (
    <Card title="Your sessions and devices">
      {sessions.isPending && <Spinner label="Loading your sessions" />}
      {sessions.error && <Problem error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.data && (
        <Table
          label="Your sessions"
          keyOf={({ id }) => id}
          empty="You have no open session."
          columns={columns}
          rows={rows}
          sorting={
            sessions.hasNextPage ? undefined : { sort, onSort: (title) => change({ sort: nextSort(sort, title) }) }
          }
        />
      )}
      {sessions.hasNextPage && (
        <p>
          <Button isPending={sessions.isFetchingNextPage} onPress={() => void sessions.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
      {revoking && <RevokeDialog session={revoking} onClose={() => setRevoking(null)} />}
    </Card>
  )
}

function isOpen({ endedAt, expiresAt }: SessionRow): boolean {
  return endedAt === null && Date.parse(expiresAt) > Date.now()
}

function RevokeDialog({ session, onClose }: { readonly session: SessionRow; readonly onClose: () => void }) {
  const queryClient = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => remove('/sessions/{id}', { id: session.id }),
    async onSuccess() {
      if (session.current) return location.assign('/gateway/')
      await queryClient.invalidateQueries({ queryKey: ['sessions'] })
      announce(`The session of ${deviceName(session.device)} was revoked.`)
      onClose()
    },
  })
  return (
    <FormDialog
      title="Revoke this session?"
      submit="Revoke the session"
      kind="danger"
      cancel="Keep it"
      change={revoke}
      onSubmit={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>
        Within a second, <VisibleText>{deviceName(session.device)}</VisibleText> is logged out, and its open streams are
        closed.{session.current && ' It is the session of this browser, so you have to log in again.'}
      </p>
    </FormDialog>
  )
}
