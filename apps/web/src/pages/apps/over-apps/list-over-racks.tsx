import { type ReactNode, useRef, useState } from 'react'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/button.tsx'
import { SelectField } from '../../../ui/fields.tsx'
import { type Column, Table } from '../../../ui/table.tsx'
import { useRowShortcuts } from '../../../ui/use-row-shortcuts.ts'
import { ListFilter, noMatchText, useMatchingRows } from '../list/filtered-list.tsx'
import { useAppsSearch } from '../use-apps-search.ts'
import { RackStates } from './rack-states.tsx'
import type { RackCall } from './use-over-racks.ts'

interface ListOverRacksProps<Row> {
  /** Such as `Apps`. */
  readonly label: string
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** What the filter searches. */
  readonly textOf: (row: Row) => readonly string[]
  readonly columns: readonly Column<Row>[]
  readonly calls: readonly RackCall[]
  readonly empty: string
  /** Whether some rows are not loaded, so that the filter cannot find them. */
  readonly isPartial: boolean
  /** Such as `LoadMore`. */
  readonly children: ReactNode
}

/** How many rows are shown at first, and added by each press of the button. */
const rowStep = 200

export function ListOverRacks<Row>({
  label,
  rows,
  textOf,
  calls,
  empty,
  isPartial,
  children,
  ...table
}: ListOverRacksProps<Row>) {
  const { racks } = useMe()
  const { search, change } = useAppsSearch()
  const { q = '', rack = '' } = search
  const [limit, setLimit] = useState(rowStep)
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  const matching = useMatchingRows(rows, textOf)
  const isLoading = calls.some(({ isFetching }) => isFetching)
  const hasAnswer = calls.some(({ isPending }) => !isPending)
  return (
    <div className="stack-3" ref={container}>
      <ListFilter
        label={label}
        count={hasAnswer ? { matching: matching.length, all: rows.length } : null}
        isPartial={isPartial}
        isLoading={isLoading}
      >
        {(racks.length > 1 || rack !== '') && (
          <SelectField
            isInline
            label="Rack"
            value={rack}
            onChange={(name) => change({ rack: name })}
            options={[
              { value: '', label: 'All' },
              ...[...new Set([...racks, ...(rack === '' ? [] : [rack])])].map((name) => ({ value: name, label: name })),
            ]}
          />
        )}
      </ListFilter>
      <RackStates calls={calls} />
      {hasAnswer && (
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
    </div>
  )
}
