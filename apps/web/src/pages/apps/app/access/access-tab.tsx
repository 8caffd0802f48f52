import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { can } from '../../../../api/can.ts'
import { get } from '../../../../api/client.ts'
import { useMe } from '../../../../api/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { MissingPermission } from '../../../../ui/denials/missing-permission.tsx'
import { Table } from '../../../../ui/lists/table.tsx'
import { Problem } from '../../../../ui/problems/problem.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { scopeText } from '../../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { AccessSubject } from '../../../granted-access/access-subject.tsx'
import { GrantedAccessThrough } from '../../../granted-access/granted-access-through.tsx'
import { GrantedPermissions } from '../../../granted-access/granted-permissions.tsx'
import { subjectKindNames } from '../../../people/subjects/subjects.ts'
import { FilteredList } from '../../list/filtered-list.tsx'
import { useApp } from '../address/use-app.ts'

/** Calls no rack. The key begins with `rack`, so that the refresh of the page includes this query. */
function accessQuery(rack: string, app: string) {
  return infiniteQueryOptions({
    queryKey: ['rack', rack, `${rackPath`/apps/${app}`}/access`],
    queryFn: ({ pageParam, signal }) =>
      get('/app-access', { query: { rack, app, limit: 100, cursor: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Each read is an audit event.
    staleTime: 60_000,
  })
}

/** Who can access the app: users, groups, service accounts, API tokens, and CI trusts. */
export default function AccessTab() {
  const { rack, app } = useApp()
  const me = useMe()
  if (!can(me, 'gateway:audit:read')) return <MissingPermission permission="gateway:audit:read" />
  return <AccessList rack={rack} app={app} />
}

function AccessList({ rack, app }: { readonly rack: string; readonly app: string }) {
  const list = useInfiniteQuery(accessQuery(rack, app))
  const { data, error, isPending, refetch, hasNextPage } = list
  const rows = data?.pages.flatMap(({ items }) => items)
  return (
    <>
      {isPending && <Spinner label="Loading: access" />}
      {error && <Problem error={error} retry={() => void refetch()} />}
      {rows && (
        <FilteredList
          label="Access"
          rows={rows}
          textOf={({ subject, role, racks, apps, group, allows }) => [
            subject.name,
            subject.owner ?? '',
            subjectKindNames[subject.kind] ?? '',
            role,
            racks,
            apps,
            group ?? '',
            ...allows,
          ]}
          empty="Nobody can access this app."
          isPartial={hasNextPage}
        >
          {(table) => (
            <Table
              {...table}
              isFramed
              keyOf={({ subject, binding }) => `${subject.id} ${binding}`}
              columns={[
                { title: 'Who', cell: (row) => <AccessSubject subject={row.subject} /> },
                { title: 'Can', cell: (row) => <GrantedPermissions access={row} /> },
                {
                  title: 'Role',
                  cell: (row) => (
                    <>
                      <VisibleText>{row.permissions === null ? row.role : 'Individual permissions'}</VisibleText>{' '}
                      <span className="soft">
                        on <VisibleText>{scopeText(row)}</VisibleText>
                      </span>
                    </>
                  ),
                },
                { title: 'Through', cell: (row) => <GrantedAccessThrough access={row} />, secondary: true },
                {
                  title: 'Until',
                  cell: ({ endsAt }) => (endsAt === null ? 'Without end' : <Time at={endsAt} kind="relative" />),
                },
                {
                  title: 'Last used',
                  cell: ({ lastUsedAt }) =>
                    lastUsedAt === null ? 'Not known' : <Time at={lastUsedAt} kind="relative" />,
                  secondary: true,
                },
              ]}
            />
          )}
        </FilteredList>
      )}
      {hasNextPage && (
        <p>
          <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </p>
      )}
    </>
  )
}
