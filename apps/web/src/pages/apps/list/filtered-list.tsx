import { type ReactNode, useRef } from 'react'
import { FilterField } from '../../../ui/controls/filter-field.tsx'
import { useRowShortcuts } from '../../../ui/keyboard/use-row-shortcuts.ts'
import { Stack } from '../../../ui/layout/stack.tsx'
import listTools from '../../../ui/lists/list-tools.module.css'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { useAppsSearch } from '../address/use-apps-search.ts'

interface ListFilterProps {
  /** Such as `Apps`. */
  readonly label: string
  /** Null before the first response. */
  readonly count: { readonly matching: number; readonly all: number } | null
  /** Whether some rows are not loaded, so that the filter cannot find them. */
  readonly isPartial: boolean
  readonly isLoading?: boolean
  readonly children?: ReactNode
}

export function ListFilter({ label, count, isPartial, isLoading = false, children }: ListFilterProps) {
  const { search, change } = useAppsSearch()
  return (
    <div className={listTools.tools}>
      <FilterField label={label} value={search.q ?? ''} onChange={(q) => change({ q }, { replace: true })} />
      {children}
      {count !== null && (
        <span className="hint">
          {count.matching === count.all ? count.all : `${count.matching} of ${count.all}`}
          {isPartial && ' loaded'}
        </span>
      )}
      {isLoading && <Spinner label={`Loading: ${label}`} />}
    </div>
  )
}

export function useMatchingRows<Row>(rows: readonly Row[], textOf: (row: Row) => readonly string[]): readonly Row[] {
  const words = (useAppsSearch().search.q ?? '').toLowerCase().split(/\s+/)
  return rows.filter((row) => {
    const text = textOf(row).join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export function noMatchText(isPartial: boolean): string {
  return isPartial ? 'Nothing in the loaded rows matches the filter.' : 'Nothing matches the filter.'
}

interface FilteredListProps<Row> {
  readonly label: string
  readonly rows: readonly Row[]
  /** What the filter searches. */
  readonly textOf: (row: Row) => readonly string[]
  /** The text that is shown if there are no rows. */
  readonly empty: string
  readonly isPartial?: boolean
  readonly children: (table: {
    readonly label: string
    readonly rows: readonly Row[]
    readonly empty: string
  }) => ReactNode
}

export function FilteredList<Row>(props: FilteredListProps<Row>) {
  const { label, rows, textOf, empty, isPartial = false, children } = props
  const matching = useMatchingRows(rows, textOf)
  return (
    <RowShortcuts>
      {rows.length > 0 && (
        <ListFilter label={label} count={{ matching: matching.length, all: rows.length }} isPartial={isPartial} />
      )}
      {children({ label, rows: matching, empty: rows.length === 0 ? empty : noMatchText(isPartial) })}
    </RowShortcuts>
  )
}

function RowShortcuts({ children }: { readonly children: ReactNode }) {
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  return (
    <Stack gap={3} ref={container}>
      {children}
    </Stack>
  )
}
