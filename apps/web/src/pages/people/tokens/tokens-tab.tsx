import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { timeValue } from '../../../ui/lists/sort-rows.ts'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import type { RowOf } from '../lists/list-query.ts'
import { ListView } from '../lists/list-view.tsx'
import { useList } from '../lists/use-list.ts'
import { BindingText } from '../roles/binding-list.tsx'
import { CreateTokenDialog } from './create-token-dialog.tsx'
import { TokenPanel } from './token-panel.tsx'
import { TokenState } from './token-state.tsx'

type TokenRow = RowOf<'/tokens'>

export default function TokensTab() {
  const me = useMe()
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const seesAll = can(me, 'gateway:token:write')
  const list = useList('/tokens', { owner: seesAll ? search.of : 'me' }, (token) => [
    token.name,
    token.prefix,
    token.owner.name,
    token.lastUsedFrom,
    ...token.bindings.flatMap(({ role, permissions }) => [role, ...(permissions ?? [])]),
  ])
  const owner = list.rows?.find((token) => token.owner.id === search.of)?.owner.name ?? search.of
  return (
    <>
      <ListView
        label={seesAll ? 'API tokens' : 'My API tokens'}
        list={list}
        keyOf={({ id }) => id}
        limitedTo={seesAll ? owner : undefined}
        empty="No API tokens yet. Create one for a script or a pipeline."
        actions={
          <Button kind="primary" onPress={() => openDialog('create')}>
            Create an API token
          </Button>
        }
        columns={[
          { title: 'Name', cell: ({ name }) => name, sortBy: ({ name }) => name },
          { title: 'State', cell: (token) => <TokenState token={token} /> },
          ...(seesAll
            ? [
                {
                  title: 'Owner',
                  cell: (token: TokenRow) => token.owner.name,
                  sortBy: (token: TokenRow) => token.owner.name,
                  secondary: true,
                },
              ]
            : []),
          {
            title: 'Role',
            cell: ({ bindings }) => {
              const [first, ...others] = bindings
              if (first === undefined) return 'None'
              return (
                <>
                  <BindingText binding={{ ...first, reason: null, expiresAt: null }} />
                  {others.length > 0 && `, and ${others.length} more`}
                </>
              )
            },
            secondary: true,
          },
          {
            title: 'Last used',
            cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} kind="relative" />),
            sortBy: ({ lastUsedAt }) => timeValue(lastUsedAt),
          },
          {
            title: 'Expires',
            cell: ({ expiresAt }) => <Time at={expiresAt} kind="relative" />,
            sortBy: ({ expiresAt }) => timeValue(expiresAt),
            secondary: true,
          },
        ]}
        panel={(id) => <TokenPanel key={id} id={id} />}
      />
      {search.dialog === 'create' && <CreateTokenDialog serviceAccount={search.item} onClose={closeDialog} />}
    </>
  )
}
