import { useInfiniteQuery } from '@tanstack/react-query'
import { useMe } from '../../../api/queries.ts'
import { factorKindName } from '../../../second-factor/method-names.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { listQuery, type RowOf } from '../lists/list-query.ts'
import { PanelList } from '../panel/panel-list.tsx'

export function UserFactors({ user: { id, secondFactors } }: { readonly user: RowOf<'/users'> }) {
  const me = useMe()
  const { openDialog } = usePeopleSearch()
  const list = useInfiniteQuery(listQuery('/second-factors', { user: id }))
  const factors = list.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <PanelList
      title="Second factors"
      action={
        secondFactors.length > 0 &&
        id !== me.id && (
          <Button kind="danger" onPress={() => openDialog('reset-factors')}>
            Reset second factors
          </Button>
        )
      }
      loading="Loading the second factors"
      list={list}
      rows={factors}
    >
      {({ name, kind, lastUsedAt }) => (
        <span>
          <VisibleText>{name}</VisibleText>
          <span className="soft">
            {' · '}
            {factorKindName(kind).toLowerCase()}
            {' · '}
            {lastUsedAt === null ? (
              'never used'
            ) : (
              <>
                used <Time at={lastUsedAt} kind="relative" />
              </>
            )}
          </span>
        </span>
      )}
    </PanelList>
  )
}
