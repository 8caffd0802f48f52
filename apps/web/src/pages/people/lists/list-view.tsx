import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { FilterField } from '../../../ui/controls/filter-field.tsx'
import { useRowShortcuts } from '../../../ui/keyboard/use-row-shortcuts.ts'
import listTools from '../../../ui/lists/list-tools.module.css'
import rowLink from '../../../ui/lists/row-link.module.css'
import { nextSort, readSort, sortRows } from '../../../ui/lists/sort-rows.ts'
import { type Column, Table } from '../../../ui/lists/table.tsx'
import { useAllGathered } from '../../../ui/lists/use-gathered.ts'
import { mergeSearch } from '../../../ui/navigation/page-search.ts'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText, visibleContent } from '../../../ui/text/visible-text.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import styles from './list-view.module.css'
import type { ListRows } from './use-list.ts'

interface ListViewProps<Row> {
  readonly label: string
  readonly list: ListRows<Row>
  readonly keyOf: (row: Row) => string
  /** The first column is the link that opens the row, if there is a panel. */
  readonly columns: readonly Column<Row>[]
  readonly empty: ReactNode
  readonly actions?: ReactNode
  /** The name of the group, owner, or subject that limits the list; undefined if nothing limits it. */
  readonly limitedTo?: string | undefined
  readonly panel?: (id: string) => ReactNode
}

export function ListView<Row>(props: ListViewProps<Row>) {
  const { label, list, keyOf, columns, empty, actions, limitedTo, panel } = props
  const { search, change } = usePeopleSearch()
  const container = useRef<HTMLDivElement>(null)
  const isGathered = useAllGathered()
  useRowShortcuts(container, () => change({ open: undefined }))
  const [first, ...others] = columns
  const sort = readSort(columns, search.sort)
  const hasPanel = panel !== undefined && search.open !== undefined
  return (
    <div className={styles.view} data-open={hasPanel} ref={container}>
      <div className={styles.list}>
        <div className={listTools.tools}>
          <FilterField label={label} value={search.q ?? ''} onChange={(q) => change({ q }, { replace: true })} />
          {limitedTo !== undefined && (
            <span className={listTools.limit}>
              Only: <VisibleText>{limitedTo}</VisibleText>
              <Button kind="quiet" aria-label="Show all" onPress={() => change({ of: undefined })}>
                <X aria-hidden />
              </Button>
            </span>
          )}
          {list.rows !== null && <span className="hint">{list.count}</span>}
          {list.isSearching && <Spinner label={search.q === undefined ? 'Loading all rows' : 'Searching'} />}
          {list.canSort === 'never' && sort !== null && <span className="hint">Too long to sort: use the filter.</span>}
          <div className={styles.actions}>{actions}</div>
        </div>
        {(list.isPending || !isGathered) && <Spinner label={`Loading: ${label}`} />}
        {list.error && <Problem error={list.error} retry={list.retry} />}
        {list.rows !== null && isGathered && first !== undefined && (
          <Table
            label={label}
            isFramed
            rows={list.canSort === 'now' ? sortRows(list.rows, columns, sort) : list.rows}
            sorting={
              list.canSort === 'never'
                ? undefined
                : {
                    sort: list.canSort === 'now' ? sort : null,
                    onSort: (title) => change({ sort: nextSort(sort, title) }),
                  }
            }
            keyOf={keyOf}
            isSelected={(row) => keyOf(row) === search.open}
            empty={search.q === undefined ? empty : 'Nothing matches the filter.'}
            columns={panel === undefined ? columns : [{ ...first, cell: openLink(first.cell) }, ...others]}
          />
        )}
        {list.showMore && (
          <p>
            <Button isPending={list.isShowingMore} onPress={list.showMore}>
              Show more
            </Button>
          </p>
        )}
      </div>
      {hasPanel && search.open !== undefined && panel(search.open)}
    </div>
  )

  function openLink(cell: (row: Row) => ReactNode) {
    return (row: Row) => (
      <Link
        to="."
        search={mergeSearch(search, { open: keyOf(row), dialog: undefined, item: undefined })}
        className={rowLink.link}
        data-row-link={keyOf(row) === search.open ? 'open' : 'closed'}
      >
        {visibleContent(cell(row))}
      </Link>
    )
  }
}
