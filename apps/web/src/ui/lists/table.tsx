import type { ReactNode } from 'react'
import { ScrollArea } from '../layout/scroll-area.tsx'
import { visibleContent } from '../text/visible-text.tsx'
import { SortHeader } from './sort-header.tsx'
import type { Sort, SortValue } from './sort-rows.ts'
import styles from './table.module.css'

export interface Column<T> {
  readonly title: string
  /** A string is shown with `VisibleText`. */
  readonly cell: (row: T) => ReactNode
  /** Whether the column is hidden if there is no room for it. */
  readonly secondary?: boolean
  /** The value of a row, for a list that can be sorted by the column. */
  readonly sortBy?: (row: T) => SortValue
}

interface TableProps<T> {
  /** What the table lists, for screen readers. */
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  readonly isSelected?: (row: T) => boolean
  readonly empty: ReactNode
  /** For a table that is not in a card. */
  readonly isFramed?: boolean
  /** For a list whose rows are all loaded: its order, and what a press on the header of a column does. */
  readonly sorting?: { readonly sort: Sort | null; readonly onSort: (title: string) => void } | undefined
}

export function Table<T>({ isFramed = false, ...props }: TableProps<T>) {
  if (!isFramed) return <Rows {...props} />
  return (
    <div className={styles.framed}>
      <Rows {...props} />
    </div>
  )
}

function Rows<T>({ label, columns, rows, keyOf, isSelected, empty, sorting }: TableProps<T>) {
  if (rows.length === 0) return <p className="soft">{empty}</p>
  return (
    <ScrollArea label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map(({ title, secondary, sortBy }) =>
              sorting && sortBy ? (
                <SortHeader key={title} title={title} secondary={secondary} {...sorting} />
              ) : (
                <th key={title} scope="col" data-secondary={secondary}>
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-selected={isSelected?.(row)}>
              {columns.map(({ title, cell, secondary }) => (
                <td key={title} data-secondary={secondary} data-label={title}>
                  {visibleContent(cell(row))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  )
}
