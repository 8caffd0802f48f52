import { useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Page } from '../../ui/layout/page.tsx'
import { Problem } from '../../ui/problems/problem.tsx'
import { type AuditView, useAuditView } from './address/use-audit-view.ts'
import styles from './audit-page.module.css'
import { EventPanel } from './detail/event-panel.tsx'
import { AlarmsDialog } from './dialogs/alarms.tsx'
import { CheckpointDialog } from './dialogs/checkpoint.tsx'
import { ExportDialog } from './dialogs/export-dialog.tsx'
import { RangeDialog } from './dialogs/range-dialog.tsx'
import { FilterMistake } from './filter/filter-text.ts'
import { includeOnly, removeTerms } from './filter/refine.ts'
import { HeaderActions } from './header/header-actions.tsx'
import { Toolbar } from './header/toolbar.tsx'
import { Histogram } from './histogram/histogram.tsx'
import { callId, type Entry } from './list/collapse.ts'
import { EventList } from './list/event-list.tsx'
import { eventsQuery, mergeEntries } from './list/events-query.ts'
import { ListFoot } from './list/list-foot.tsx'
import { NewEvents } from './list/new-events.tsx'
import { maxNewEntries, useLiveTail } from './list/use-live-tail.ts'
import { Value, ValueMenu } from './value-menu/value-menu.tsx'
import { SavedViewsDialog, SaveViewDialog } from './views/saved-views-dialogs.tsx'
import { ViewLinks } from './views/view-links.tsx'

export default function AuditPage() {
  const view = useAuditView()
  const { filter, openId, loadedAt, reload } = view
  const query = filter instanceof FilterMistake ? null : filter.query
  const events = useInfiniteQuery(eventsQuery(query, loadedAt))
  // A range with an end gets no new events.
  const canFollow = query !== null && query.to === undefined
  const tail = useLiveTail(canFollow ? query : null, view.search.live === true, reload)
  const [followed, setFollowed] = useState<readonly Entry[]>([])
  const [followedQuery, setFollowedQuery] = useState(query)
  // `followed` belongs to one query. A reload also makes a new query.
  if (followedQuery !== query) {
    setFollowedQuery(query)
    setFollowed([])
  }
  const [isAtTop, setIsAtTop] = useState(true)
  const field = useRef<HTMLInputElement>(null)
  const entries = useMemo(
    () => mergeEntries(followed, events.data?.pages.flatMap((page) => page.entries) ?? []),
    [followed, events.data],
  )
  const followedIds = useMemo(() => new Set(followed.map(({ id }) => id)), [followed])
  const openEntry = entries.find(({ id }) => id === openId)
  const { hasPairs, otherEvents } = useMemo(() => {
    const ids = entries.map(callId)
    const otherEvents = openEntry
      ? entries.filter((entry, index) => entry !== openEntry && ids[index] === callId(openEntry))
      : []
    return { hasPairs: new Set(ids).size < ids.length, otherEvents }
  }, [entries, openEntry])
  const { hasNextPage, isFetching, fetchNextPage, hasPreviousPage, fetchPreviousPage, isError } = events
  const loadOlder = useCallback(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage()
  }, [hasNextPage, isFetching, isError, fetchNextPage])
  const loadNewer = useCallback(() => {
    if (hasPreviousPage && !isFetching) void fetchPreviousPage()
  }, [hasPreviousPage, isFetching, fetchPreviousPage])

  // The first page can contain events that the stream also sends.
  const newEntries = useMemo(() => {
    const knownIds = new Set(entries.map(({ id }) => id))
    return tail.newEntries.filter(({ id }) => !knownIds.has(id))
  }, [entries, tail.newEntries])
  function showNew() {
    if (tail.newEntries.length === maxNewEntries || hasPreviousPage) reload()
    else setFollowed((before) => [...newEntries, ...before])
    tail.clear()
  }
  const showsNewAtOnce = newEntries.length > 0 && isAtTop && openId === undefined
  useEffect(() => {
    if (showsNewAtOnce) showNew()
  })

  return (
    <ValueMenu refine={view.refine} openEvent={view.open}>
      <Page title="Audit" fills actions={<HeaderActions view={view} tail={tail} canFollow={canFollow} />}>
        <div className={styles.layout} data-open={openId !== undefined}>
          <ViewLinks view={view} />
          <Toolbar view={view} field={field} />
          {tail.state === 'lost' && (
            <p className={styles.lost} role="status">
              The connection was lost. The page is reconnecting, and will continue after the last event.
            </p>
          )}
          {tail.state === 'denied' && tail.error && <Problem error={tail.error} />}
          {tail.gaps.map(({ stream, from, to }) => (
            <p key={`${stream} ${from}`} className={styles.lost} role="status">
              The stream <Value name="stream" value={stream} /> has no events with the numbers {from} to {to}, although
              it has later ones. To check the log, run: rack-gateway audit verify
            </p>
          ))}
          <Histogram
            query={query}
            loadedAt={view.loadedAt}
            onRange={(range) => view.setTimes(range)}
            onCustom={() => view.setSearch({ dialog: 'range' })}
          />
          <div className={styles.split}>
            <EventList
              key={JSON.stringify(query)}
              entries={entries}
              followedIds={followedIds}
              openId={openId}
              onOpen={view.open}
              onClose={() => view.open(null)}
              focusFilter={() => field.current?.focus()}
              hasMore={hasNextPage}
              onNearEnd={loadOlder}
              onNearStart={loadNewer}
              onScrolled={setIsAtTop}
              pill={<NewEvents count={newEntries.length} onShow={showNew} />}
            >
              <ListFoot
                count={entries.length}
                hasPairs={hasPairs}
                isLoading={events.isPending && query !== null}
                isFilterInvalid={query === null}
                isFetchingMore={events.isFetchingNextPage}
                hasMore={hasNextPage}
                hasDropped={hasPreviousPage}
                error={events.error}
                onMore={() => void fetchNextPage()}
                onRetry={() => void (events.data ? fetchNextPage() : events.refetch())}
                onAllTime={view.range === 'all' ? null : () => view.setRange('all')}
              />
            </EventList>
            {openId !== undefined && (
              <EventPanel
                id={openId}
                entry={openEntry}
                otherEvents={otherEvents}
                onOpen={view.open}
                onClose={() => view.open(null)}
                onShow={(what) =>
                  'around' in what
                    ? view.refine(() => termsAround(what.around))
                    : view.refine((terms) =>
                        includeOnly(
                          includeOnly(removeTerms(terms, 'from', 'to'), 'actor', what.actor),
                          'session',
                          what.session,
                        ),
                      )
                }
              />
            )}
          </div>
        </div>
        <AuditDialogs view={view} />
      </Page>
    </ValueMenu>
  )
}

const fiveMinutes = 300_000

function termsAround(at: string) {
  const bound = (name: 'from' | 'to', by: number) => ({
    name,
    value: new Date(Date.parse(at) + by).toISOString(),
    isExcluded: false,
  })
  return [bound('from', -fiveMinutes), bound('to', fiveMinutes)]
}

function AuditDialogs({ view }: { readonly view: AuditView }) {
  const { filter, text, loadedAt } = view
  const close = () => view.setSearch({ dialog: undefined })
  switch (view.search.dialog) {
    case 'alarms':
      return <AlarmsDialog onClose={close} onOpen={(id) => view.open(id, { closesDialog: true })} />
    case 'checkpoint':
      return <CheckpointDialog onClose={close} />
    case 'save-view':
      return <SaveViewDialog view={view} onClose={close} />
    case 'saved-views':
      return <SavedViewsDialog onClose={close} />
    case 'range':
      if (filter instanceof FilterMistake) return null
      return <RangeDialog range={filter.query} onClose={close} onRange={(times) => view.setTimes(times)} />
    case 'export':
      if (filter instanceof FilterMistake) return null
      return <ExportDialog query={filter.query} text={text} loadedAt={loadedAt} onClose={close} />
    default:
      return null
  }
}
