import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { get } from '../../../api/client.ts'
import { Stack } from '../../../ui/layout/stack.tsx'
import { scopeText } from '../../../ui/text/scope-text.ts'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { GrantedAccessThrough } from '../../granted-access/granted-access-through.tsx'
import { GrantedPermissions } from '../../granted-access/granted-permissions.tsx'
import { PanelList } from '../panel/panel-list.tsx'

function userAccessQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ['/users', id, 'access'],
    queryFn: ({ pageParam, signal }) =>
      get('/users/{id}/access', { id, query: { limit: 50, cursor: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    // Each read is an audit event.
    staleTime: 60_000,
  })
}

/** What the user can do where, and why: one line for each binding of the user, of their groups, and of their API tokens. */
export function UserAccess({ id }: { readonly id: string }) {
  const list = useInfiniteQuery(userAccessQuery(id))
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const rows = items.map((access) => ({ id: `${access.subject.id} ${access.binding}`, access }))
  return (
    <PanelList title="What they can do where" loading="Loading the access" list={list} rows={rows} gap={4}>
      {({ access }) => (
        <Stack gap={1}>
          <p>
            <VisibleText as="strong">
              {access.permissions === null ? access.role : 'Individual permissions'}
            </VisibleText>{' '}
            on <VisibleText>{scopeText(access)}</VisibleText>
          </p>
          <GrantedPermissions access={access} />
          <p className="soft">
            Why: <GrantedAccessThrough access={access} />
          </p>
          <p className="soft">
            {access.endsAt === null ? (
              'Without end'
            ) : (
              <>
                Ends <Time at={access.endsAt} kind="relative" />
              </>
            )}{' '}
            · last used: {access.lastUsedAt === null ? 'not known' : <Time at={access.lastUsedAt} kind="relative" />}
          </p>
        </Stack>
      )}
    </PanelList>
  )
}
