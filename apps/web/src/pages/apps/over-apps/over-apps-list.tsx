import { Button } from '../../../ui/button.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { type Column, Table } from '../../../ui/table.tsx'
import { AppLink } from './app-link.tsx'
import { type OverAppsRow, step, type useOverApps } from './use-over-apps.ts'

interface OverAppsListProps<T extends { readonly id: string }> {
  readonly label: string
  readonly list: ReturnType<typeof useOverApps<T>>
  /** The time that the newest rows are first by. */
  readonly timeOf: (item: T) => string | null
  readonly columns: readonly Column<OverAppsRow<T>>[]
}

/** A list over many apps, the newest rows first, which says what it left out. */
export function OverAppsList<T extends { readonly id: string }>(props: OverAppsListProps<T>) {
  const { label, list, timeOf, columns } = props
  const { rows, isLoading, errors, asked, total, loadMore } = list
  const sorted = rows.toSorted((one, other) => (timeOf(other.item) ?? '').localeCompare(timeOf(one.item) ?? ''))
  return (
    <>
      {errors.map((error, index) => (
        <Problem key={`${index}`} error={error} />
      ))}
      {isLoading && <Spinner label={`Loading: ${label}`} />}
      <Table
        label={label}
        rows={sorted}
        keyOf={({ rack, app, item }) => `${rack}/${app}/${item.id}`}
        empty={isLoading ? '' : 'There is none.'}
        columns={[{ title: 'App', cell: (row) => <AppLink {...row} /> }, ...columns]}
      />
      <p>
        The newest 20 of each of {asked} of {total} {total === 1 ? 'app' : 'apps'}.{' '}
        {total > asked && (
          <Button isPending={isLoading} onPress={loadMore}>
            Load {Math.min(step, total - asked)} more apps
          </Button>
        )}
      </p>
    </>
  )
}
