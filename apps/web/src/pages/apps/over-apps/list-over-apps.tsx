import { Link } from '@tanstack/react-router'
import type { Column } from '../../../ui/lists/table.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { ListOverRacks } from './list-over-racks.tsx'
import { LoadMore } from './load-more.tsx'
import type { OverAppsRow, useOverApps } from './use-over-apps.ts'

interface ListOverAppsProps<T extends { readonly id: string }> {
  readonly label: string
  readonly list: ReturnType<typeof useOverApps<T>>
  /** The time that rows are sorted by, newest first. */
  readonly timeOf: (item: T) => string | null
  /** What the filter searches besides the rack, the app, and the ID. */
  readonly textOf: (item: T) => readonly string[]
  readonly columns: readonly Column<OverAppsRow<T>>[]
  /** A sentence that says how many items of each app are read; undefined: all. */
  readonly limit?: string
}

export function ListOverApps<T extends { readonly id: string }>(props: ListOverAppsProps<T>) {
  const { label, list, timeOf, textOf, columns, limit } = props
  const { rows, racks, calls, askedCount, total } = list
  const sorted = rows.toSorted((one, other) => (timeOf(other.item) ?? '').localeCompare(timeOf(one.item) ?? ''))
  const isLoading = [...racks.calls, ...calls].some(({ isFetching }) => isFetching)
  return (
    <ListOverRacks
      label={label}
      rows={sorted}
      keyOf={({ rack, app, item }) => `${rack}/${app}/${item.id}`}
      textOf={({ rack, app, item }) => [rack, app, item.id, ...textOf(item)]}
      racks={racks}
      calls={calls}
      isPartial={limit !== undefined || askedCount < total}
      empty={`The apps have no ${label.toLowerCase()}.`}
      columns={[{ title: 'App', cell: (row) => <AppLink {...row} /> }, ...columns]}
    >
      {limit !== undefined && <p>{limit}</p>}
      <LoadMore what="apps" loadedCount={askedCount} total={total} isLoading={isLoading} onPress={list.loadMore} />
    </ListOverRacks>
  )
}

interface AppLinkProps {
  readonly rack: string
  readonly app: string
}

function AppLink({ rack, app }: AppLinkProps) {
  return (
    <Link to="/apps/$rack/$app/services" params={{ rack, app }} search={{}}>
      <VisibleText>{`${rack}/${app}`}</VisibleText>
    </Link>
  )
}
