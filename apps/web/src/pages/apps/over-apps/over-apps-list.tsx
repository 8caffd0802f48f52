import type { Column } from '../../../ui/table.tsx'
import { AppLink } from './app-link.tsx'
import { LoadMore } from './load-more.tsx'
import { OverList } from './over-list.tsx'
import type { OverAppsRow, useOverApps } from './use-over-apps.ts'

interface OverAppsListProps<T extends { readonly id: string }> {
  readonly label: string
  readonly list: ReturnType<typeof useOverApps<T>>
  /** The time that the newest rows are first by. */
  readonly timeOf: (item: T) => string | null
  /** What the filter searches beside the rack, the app, and the ID. */
  readonly textOf: (item: T) => readonly string[]
  readonly columns: readonly Column<OverAppsRow<T>>[]
  /** What is read of each app. */
  readonly limit?: string
}

/** A list over many apps, the newest rows first, which says what it left out. */
export function OverAppsList<T extends { readonly id: string }>(props: OverAppsListProps<T>) {
  const { label, list, timeOf, textOf, columns, limit } = props
  const { rows, racks, calls, asked, total } = list
  const sorted = rows.toSorted((one, other) => (timeOf(other.item) ?? '').localeCompare(timeOf(one.item) ?? ''))
  const isLoading = [...racks.calls, ...calls].some(({ isFetching }) => isFetching)
  return (
    <OverList
      label={label}
      rows={sorted}
      keyOf={({ rack, app, item }) => `${rack}/${app}/${item.id}`}
      textOf={({ rack, app, item }) => [rack, app, item.id, ...textOf(item)]}
      calls={[...racks.calls, ...calls]}
      isPartial={limit !== undefined || asked < total || racks.calls.length < racks.total}
      empty={`The apps have no ${label.toLowerCase()}.`}
      columns={[{ title: 'App', cell: (row) => <AppLink {...row} /> }, ...columns]}
    >
      {limit !== undefined && <p>{limit}</p>}
      <LoadMore what="apps" asked={asked} total={total} isLoading={isLoading} onPress={list.loadMore} />
      <LoadMore
        what="racks"
        asked={racks.calls.length}
        total={racks.total}
        isLoading={isLoading}
        onPress={racks.loadMore}
      />
    </OverList>
  )
}
