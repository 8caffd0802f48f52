import { type ReactNode, useRef, useState } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { useRowShortcuts } from '../../../ui/keyboard/use-row-shortcuts.ts'
import { type Column, Table } from '../../../ui/lists/table.tsx'
import { useAppsSearch } from '../address/use-apps-search.ts'
import { ListFilter, noMatchText, useMatchingRows } from '../list/filtered-list.tsx'
import { LoadMore } from './load-more.tsx'
import { RackStates } from './rack-states.tsx'
import type { OverRacks, RackCall } from './use-over-racks.ts'

interface ListOverRacksProps<Row> {
  /** Such as `Apps`. */
  readonly label: string
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** What the filter searches. */
  readonly textOf: (row: Row) => readonly string[]
  readonly columns: readonly Column<Row>[]
  readonly racks: Pick<OverRacks<unknown>, 'calls' | 'names' | 'total' | 'loadMore'>
  /** Further calls for the rows. */
  readonly calls?: readonly RackCall[]
  readonly empty: string
  /** Whether some rows of the racks in `racks.calls` are not loaded. */
  readonly isPartial?: boolean
  readonly children?: ReactNode
}

/** How many rows are shown at first, and added by each press of the button. */
const rowStep = 200

export function ListOverRacks<Row>({
  label,
  rows,
  textOf,
  racks,
  calls: otherCalls = [],
  empty,
  isPartial: areRowsMissing = false,
  children,
  ...table
}: ListOverRacksProps<Row>) {
  const { search, change } = useAppsSearch()
  const { q = '', rack = '' } = search
  const [limit, setLimit] = useState(rowStep)
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  const matching = useMatchingRows(rows, textOf)
  const calls = [...racks.calls, ...otherCalls]
  // The filter cannot find rows that are not loaded.
  const isPartial = areRowsMissing || racks.calls.length < racks.total
  const isLoading = calls.some(({ isFetching }) => isFetching)
  const hasResponse = calls.some(({ isPending }) => !isPending)
  return (
    <div className="stack-3" ref={container}>
      <ListFilter
        label={label}
        count={hasResponse ? { matching: matching.length, all: rows.length } : null}
        isPartial={isPartial}
        isLoading={isLoading}
      >
        {(racks.names.length > 1 || rack !== '') && (
          <SelectField
            isInline
            label="Rack"
            value={rack}
            onChange={(name) => change({ rack: name })}
            options={[
              { value: '', label: 'All' },
              ...[...new Set([...racks.names, ...(rack === '' ? [] : [rack])])].map((name) => ({
                value: name,
                label: name,
              })),
            ]}
          />
        )}
      </ListFilter>
      <RackStates calls={calls} />
      {racks.total === 0 && <p role="status">You have no role that lists {label.toLowerCase()} of this rack.</p>}
      {hasResponse && (
        <Table
          label={label}
          isFramed
          rows={matching.slice(0, limit)}
          empty={q === '' ? (isLoading ? 'Loading …' : empty) : noMatchText(isPartial)}
          {...table}
        />
      )}
      {matching.length > limit && (
        <p>
          <Button onPress={() => setLimit(limit + rowStep)}>
            Show {Math.min(rowStep, matching.length - limit)} more rows
          </Button>
        </p>
      )}
      {children}
      <LoadMore
        what="racks"
        loadedCount={racks.calls.length}
        total={racks.total}
        isLoading={isLoading}
        onPress={racks.loadMore}
      />
    </div>
  )
}
