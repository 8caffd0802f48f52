import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { Button } from '../../ui/controls/button.tsx'
import { RefreshButton } from '../../ui/controls/refresh-button.tsx'
import { useRowShortcuts } from '../../ui/keyboard/use-row-shortcuts.ts'
import { Page } from '../../ui/layout/page.tsx'
import { Stack } from '../../ui/layout/stack.tsx'
import { Problem } from '../../ui/problems/problem.tsx'
import { Spinner } from '../../ui/status/spinner.tsx'
import { RecordingFilters } from './list/recording-filters.tsx'
import { RecordingTable } from './list/recording-table.tsx'
import { recordingsQuery } from './recording/recording-queries.ts'

export default function RecordingsPage() {
  const filter = useSearch({ from: '/recordings' })
  const navigate = useNavigate()
  const list = useInfiniteQuery(recordingsQuery(filter))
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  const rows = list.data?.pages.flatMap(({ items }) => items) ?? []
  const hasFilter = Object.keys(filter).length > 0
  // Without a list, such as after a denial, filters are of no use.
  if (list.error !== null && list.data === undefined)
    return (
      <Page title="Recordings">
        <Problem error={list.error} retry={() => void list.refetch()} />
      </Page>
    )
  return (
    <Page
      title="Recordings"
      summary="Recorded sessions, newest first. Open one to play it. The audit log records who opens a recording."
      actions={<RefreshButton queryKind="recordings" />}
    >
      <Stack gap={3} ref={container}>
        <RecordingFilters
          key={JSON.stringify(filter)}
          filter={filter}
          onChange={(search) => void navigate({ to: '/recordings', search })}
        />
        {list.isPending && <Spinner label="Loading recordings" />}
        {list.error && <Problem error={list.error} retry={() => void list.refetch()} />}
        {list.data && <RecordingTable rows={rows} hasFilter={hasFilter} />}
        {list.hasNextPage && (
          <p>
            <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
              Show more
            </Button>
          </p>
        )}
      </Stack>
    </Page>
  )
}
